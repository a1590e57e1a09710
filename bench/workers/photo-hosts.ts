// The server of `bench collect` and `bench scale`: one program that is four hosts, each with the photos of a folder, each answer so many
// milliseconds late. Writes {"ready": [address, …]}; ends with its standard input.
//
//   photo-hosts.js FOLDER [MILLISECONDS]
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']
const [folder, latency = '40'] = process.argv.slice(2)

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, number] = /^\/(\d+)\.jpg$/.exec(request.url ?? '') ?? []
  await setTimeout(Number(latency))
  if (number === undefined) {
    response.writeHead(404).end()
    return
  }
  const bytes = await readFile(path.join(folder, `${number}.jpg`))
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': bytes.length }).end(bytes)
}

async function listen(host: string): Promise<string> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((listening, failed) => {
    server.on('error', failed)
    server.listen(0, host, listening)
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error(`${host}: no port`)
  return `http://${host}:${bound.port}`
}

process.stdin.on('end', () => process.exit()).resume()
process.stdout.write(`${JSON.stringify({ ready: await Promise.all(hosts.map(listen)) })}\n`)
