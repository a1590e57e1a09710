import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Answer, content, fail, send, sha256 } from '../../test/support/answers.js'
import { zipFile } from './index.js'

beforeAll(() => {
  process.env.no_proxy = '127.0.0.1'
})

describe('a download', () => {
  it.each<[string, Answer, object, RegExp]>([
    ['a missing file', send(410, {}), {}, /answered 410 .* not there/],
    ['a refusal', send(403, {}), {}, /answered 403 instead of the file. Check the address/],
    ['an empty acceptance', send(202, {}), {}, /answered 202 instead of the file/],
    ['an empty file', send(200, {}), {}, /sent an empty file/],
    [
      'a server that asks for patience',
      send(429, { 'retry-after': '300' }),
      {},
      /answered 429 .* wait 300 s/,
    ],
    [
      'another size than is due',
      send(200, { 'content-length': '500000' }, content),
      { size: 499_999 },
      /announces 500000 bytes where 499999 are due/,
    ],
    [
      'more than is due',
      (_, response) => void response.write(content),
      { size: 1000 },
      /sends \d+ bytes or more; at most 1000/,
    ],
    [
      'less than is due',
      (_, response) => void response.writeHead(200, { 'transfer-encoding': 'chunked' }).end('x'),
      { size: 2 },
      /sent 1 bytes and had announced 2/,
    ],
    ['a server that stays down', send(503, { 'retry-after': '0' }), {}, /answered 503/],
    ['a redirect to nowhere', send(302, {}), {}, /redirects without saying where/],
    ['a redirect out of http', send(302, { location: 'file:///etc/passwd' }), {}, /unsafe address \(file:\)/],
    [
      'a web page for a zip',
      send(200, { 'content-type': 'text/html' }, '<!DOCTYPE html>\n<title>\u001b[31mSign in'),
      { kind: zipFile },
      /gave no zip archive but text\/html, which begins "<!DOCTYPE html> <title> \[31mSign in"/,
    ],
    ['a short file for a zip', send(200, {}, 'PK'), { kind: zipFile }, /gave no zip archive/],
    ['other content', send(200, {}, 'x'), { sha256 }, /is not the file it should be: its SHA-256 is 2d71/],
    [
      'an announced giant',
      send(200, { 'content-length': '500000' }, content),
      { maxBytes: 1000 },
      /sends 500000 bytes or more; at most 1000/,
    ],
    [
      'an unannounced giant',
      (_, response) => void response.write(content),
      { maxBytes: 1000 },
      /sends \d+ bytes or more; at most 1000/,
    ],
    [
      'compressed content',
      send(200, { 'content-encoding': 'gzip' }, 'x'),
      {},
      /sent the file compressed \(gzip\)/,
    ],
    [
      'too little',
      send(200, { 'content-length': '10', connection: 'close' }, '12345'),
      {},
      /Cannot fetch http/,
    ],
    ['silence', () => undefined, { idleMs: 50 }, /Cannot fetch http.*Timeout/i],
    [
      'silence half-way',
      (_, response) => void response.writeHead(200, { 'content-length': '10' }).write('12345'),
      { idleMs: 50 },
      /Cannot fetch .*Timeout/i,
    ],
    [
      'a trickle',
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length })
        trickle(response, ' ')
      },
      { spanMs: 100, sha256 },
      /is too slow: \d+ bytes in \d+ s/,
    ],
    [
      'a trickle of a head',
      (_, response) => trickle(response.socket, 'HTTP/1.1 200 OK\r\nx: '),
      { spanMs: 100 },
      /is too slow: 0 bytes in \d+ s/,
    ],
    ['no end', endless, { maxMs: 250, spanMs: 100, sha256 }, /is too slow: \d+ bytes/],
    [
      'garbage',
      (_, response) => void response.socket?.end('SSH-2.0-OpenSSH\r\n\r\n'),
      {},
      /Cannot fetch http/,
    ],
  ])('says what is wrong with %s, and leaves nothing', async (_, answer, options, message) => {
    expect(await fail(answer, options)).toMatchObject({
      name: 'ChiquitoError',
      message: expect.stringMatching(message),
    })
  })
})

/** Sends a piece, and then a byte at a time, for ever. */
function trickle(stream: Writable | null, start: string | Buffer): void {
  stream?.write(start)
  const timer = setInterval(() => stream?.write('x'), 10)
  stream?.on('close', () => clearInterval(timer))
}

/** Brings a lot, and never comes to an end. */
function endless(_: IncomingMessage, response: ServerResponse): void {
  const timer = setInterval(() => response.write(Buffer.alloc(10_000)), 10)
  response.on('close', () => clearInterval(timer))
}
