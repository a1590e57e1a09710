import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { chiquitoHere } from '../in-process.js'
import { serve } from '../server.js'
import { answerPhoto, openversePage } from './photo-host.js'

// Folders that the command line collects from servers on this machine, and what lies in them.

/** Openverse with these photos for every keyword, and their host. */
export async function openverse(count = 40) {
  const server = await serve(async (request, response) => {
    const from = new URL(request.url ?? '', 'http://x').searchParams.get('q') === 'other' ? 500 : 0
    const photos = Array.from({ length: count }, (_, i) => `${server.address}/photo/${from + i}.jpg`)
    if (request.url?.startsWith('/v1/images/')) response.end(openversePage(request, photos))
    else if (!(await answerPhoto(request, response))) response.writeHead(404).end()
  })
  const collect = (keyword: string, out: string, ...more: string[]) =>
    chiquitoHere(['collect', keyword, '--out', out, '--source', `openverse=${server.address}`, ...more])
  const fetched = () => server.requests.map(one => one.path).filter(name => name.startsWith('/photo/'))
  return { ...server, collect, fetched }
}

/** Collects a list of addresses, from these servers of this machine. */
export function fromList(list: string, out: string, servers: readonly string[], ...more: string[]) {
  const allowed = servers.flatMap(address => ['--allow-host', new URL(address).host])
  return chiquitoHere(['collect', '--source', `urls=${list}`, '--out', out, ...allowed, ...more])
}

/** Names of the photos in a folder. */
export const photosIn = (out: string) => readdirSync(out).filter(name => name.endsWith('.jpg'))

/** Lines of its `metadata.jsonl`. */
export function rowsIn(out: string): { file_name: string; source_url: string }[] {
  const text = readFileSync(path.join(out, 'metadata.jsonl'), 'utf8').trimEnd()
  return text === '' ? [] : text.split('\n').map(line => JSON.parse(line))
}
