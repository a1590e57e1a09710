import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { publicLookup, requirePublicHost } from '../../../net/index.js'

/** Connections that a page may have at a time: six to each of its servers, says the browser; pages have dozens. */
const MAX_CONNECTIONS = 256

/** The proxy by which a browser goes out: only to public servers, looked at where the connection is made. */
export interface Guard {
  readonly port: number
  close(): void
}

/** @param allows - whether the person allowed a server that is private */
export async function openGuard(allows: (url: URL) => boolean): Promise<Guard> {
  const server = createServer((incoming, response) => forward(incoming, response, allows))
  server.maxConnections = MAX_CONNECTIONS
  server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) =>
    tunnel(incoming, socket, head, allows),
  )
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return { port: portOf(server), close: () => closeAll(server) }
}

/** Options of a connection to a server, if it may be made. @throws `PrivateAddressError` */
function guarded(url: URL, allows: (url: URL) => boolean) {
  if (allows(url)) return {}
  requirePublicHost(url)
  return { lookup: publicLookup }
}

/** For https, of which nobody on the way sees more than the server's name. */
function tunnel(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  allows: (url: URL) => boolean,
): void {
  const fail = () => void socket.destroy()
  socket.on('error', fail)
  try {
    const url = new URL(`https://${incoming.url}`)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const there = connect({ host, port: Number(url.port || 443), ...guarded(url, allows) })
    there.on('error', fail)
    socket.on('close', () => there.destroy())
    there.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      there.write(head)
      there.pipe(socket)
      socket.pipe(there)
    })
  } catch {
    fail()
  }
}

/** For http. */
function forward(incoming: IncomingMessage, response: ServerResponse, allows: (url: URL) => boolean): void {
  const refuse = () => void (response.headersSent ? response.destroy() : response.writeHead(403).end())
  try {
    const url = new URL(incoming.url ?? '')
    if (url.protocol !== 'http:') {
      refuse()
      return
    }
    const { 'proxy-connection': _, ...headers } = incoming.headers
    // A connection each: one that was kept may be closed by the server just as it is used again.
    const options = { method: incoming.method, headers, agent: false, ...guarded(url, allows) }
    const there = request(url, options, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', refuse)
    })
    there.on('error', refuse)
    response.on('close', () => there.destroy())
    incoming.pipe(there)
  } catch {
    refuse()
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

function closeAll(server: Server): void {
  server.close()
  server.closeAllConnections()
}
