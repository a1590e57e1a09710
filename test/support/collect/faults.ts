import type { IncomingMessage, ServerResponse } from 'node:http'
import { smallPhoto } from './photo-host.js'

type Fault = (response: ServerResponse, photo: Buffer, request: IncomingMessage) => void

const jpeg = { 'content-type': 'image/jpeg' }

/** A picture of one pixel, as pages count their visitors with. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const redirect =
  (to: (request: IncomingMessage) => string): Fault =>
  (response, _, request) =>
    response.writeHead(302, { location: to(request) }).end()

/**
 * What servers do instead of sending the photo.
 *
 * @param trap - port on this machine that must never be asked
 */
export function faults(trap: number): Readonly<Record<string, Fault>> {
  return {
    dead: response => response.writeHead(404).end('gone'),
    forbidden: response => response.writeHead(403).end(),
    html: response => response.writeHead(200, jpeg).end('<!doctype html><title>Sign in</title>'),
    pixel: response => response.writeHead(200, jpeg).end(pixel),
    cut: (response, photo) => response.writeHead(200, jpeg).end(photo.subarray(0, photo.length / 2)),
    'lying-long': (response, photo) => {
      response.writeHead(200, { ...jpeg, 'content-length': photo.length + 1000 })
      response.write(photo, () => response.socket?.destroy())
    },
    'lying-short': (response, photo) => {
      response.socket?.end(
        `HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n${photo.toString('latin1')}`,
        'latin1',
      )
    },
    huge: response => {
      response.writeHead(200, { ...jpeg, 'content-length': 10 ** 12 })
      response.write('x')
    },
    bomb: response => response.writeHead(200, { 'content-type': 'image/png' }).end(hugePng()),
    silent: () => undefined,
    trickle: response => {
      response.writeHead(200, jpeg)
      const timer = setInterval(() => response.write('x'), 50)
      response.on('close', () => clearInterval(timer))
    },
    loop: redirect(({ url }) => `${url}`),
    loopback: redirect(() => `http://127.0.0.1:${trap}/secret.jpg`),
    'loopback-number': redirect(() => `http://2130706433:${trap}/secret.jpg`),
    'loopback-6': redirect(() => `http://[::1]:${trap}/secret.jpg`),
    mapped: redirect(() => `http://[::ffff:127.0.0.1]:${trap}/secret.jpg`),
    nat64: redirect(() => `http://[64:ff9b::7f00:1]:${trap}/secret.jpg`),
    '6to4': redirect(() => `http://[2002:7f00:1::]:${trap}/secret.jpg`),
    'link-local': redirect(() => 'http://169.254.1.1/secret.jpg'),
    metadata: redirect(() => 'http://169.254.169.254/latest/meta-data/'),
    'unique-local': redirect(() => 'http://[fd00::1]/secret.jpg'),
    name: redirect(() => `http://localhost:${trap}/secret.jpg`),
    file: redirect(() => 'file:///etc/passwd'),
  }
}

/** A photo, or the fault that the path names: `/photo/7.jpg`, `/fault/silent/7.jpg`. False for other paths. */
export async function answerFaulty(
  request: IncomingMessage,
  response: ServerResponse,
  kinds: ReturnType<typeof faults>,
): Promise<boolean> {
  const match = /^\/fault\/([\w-]+)\/(\d+)\.jpg/.exec(request.url ?? '')
  if (match === null) return false
  kinds[match[1]](response, await smallPhoto(Number(match[2]), 48), request)
  return true
}

/** A PNG whose header promises more pixels than anybody has memory for. */
function hugePng(): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d4948445200000000000000000802000000', 'hex')
  header.writeUInt32BE(60_000, 16)
  header.writeUInt32BE(60_000, 20)
  return Buffer.concat([header, Buffer.alloc(64)])
}
