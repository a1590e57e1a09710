import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../../test/support/server.js'
import type { ProgressEvent } from '../core/index.js'
import { type StreamOptions, streamAddress } from './index.js'

const content = Buffer.from(Array.from({ length: 500_000 }, (_, i) => (i * 2654435761) >>> 24))
const sha256 = createHash('sha256').update(content).digest('hex')
const local = { allowPrivate: true, pauseMs: 1 }

beforeAll(() => {
  process.env.no_proxy = '127.0.0.1'
})

async function read(address: string, options: StreamOptions = {}): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of streamAddress(address, { ...local, ...options })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Serves the content, cutting the line after so many bytes of each of the first answers. */
function cutting(cuts: number[], { hasRanges = true, bodies = [] as Buffer[] } = {}) {
  return serve((request, response) => {
    const whole = bodies.shift() ?? content
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const etag = `"${createHash('sha256').update(whole).digest('hex')}"`
    const isRange = hasRanges && request.headers.range !== undefined && request.headers['if-range'] === etag
    const body = isRange ? whole.subarray(start) : whole
    const range = { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }
    response.writeHead(isRange ? 206 : 200, {
      etag,
      'content-length': body.length,
      ...(isRange ? range : {}),
    })
    const cut = cuts.shift()
    if (cut === undefined) response.end(body)
    else response.write(body.subarray(0, cut), () => response.socket?.end())
  })
}

describe('streamAddress', () => {
  it('gives the bytes as they come, and goes on where the line breaks', async () => {
    const { address, requests } = await cutting([150_000, 100_000])
    expect((await read(address, { sha256 })).equals(content)).toBe(true)
    expect(requests).toHaveLength(3)
    expect(requests[1].headers.range).toMatch(/^bytes=\d+-$/)
  })

  it('begins anew where the server cannot go on, and gives nothing twice', async () => {
    const { address, requests } = await cutting([150_000, 300_000, 100], { hasRanges: false })
    expect((await read(address, { sha256 })).equals(content)).toBe(true)
    expect(requests).toHaveLength(4)
  })

  it('gives up on a server that always breaks off at the same place', async () => {
    const { address, requests } = await cutting(new Array(9).fill(150_000), { hasRanges: false })
    await expect(read(address)).rejects.toThrow(/Check the address and the connection, and try again/)
    expect(requests).toHaveLength(5)
  })

  it.each([
    ['of the same length', Buffer.from(content.map(byte => byte ^ 1))],
    ['that is shorter', content.subarray(0, 1000)],
  ])('does not join two versions of a file: another one %s', async (_, other) => {
    const { address } = await cutting([150_000], { bodies: [content, other] })
    await expect(read(address)).rejects.toThrow(/has another file now than before the line broke/)
  })

  it('takes a version that only went on for itself', async () => {
    const longer = Buffer.concat([content, Buffer.from('more')])
    const { address } = await cutting([150_000], { bodies: [content, longer] })
    expect((await read(address)).equals(longer)).toBe(true)
  })

  it('takes the compression of a file for its own, as servers do', async () => {
    const { address } = await serve(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'x-gzip' }).end(content),
    )
    expect((await read(address)).equals(content)).toBe(true)
    const other = await serve(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'br' }).end(content),
    )
    await expect(read(other.address)).rejects.toThrow(/sent the file compressed without being asked/)
  })

  it('ends with an error when the file is not what it should be', async () => {
    const { address } = await cutting([])
    await expect(read(address, { sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/is not the file it should be/),
    })
    await expect(read(address, { maxBytes: 1000 })).rejects.toThrow(/at most 1000 are fetched/)
  })

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['an empty 202', response => void response.writeHead(202).end(), /answered 202 instead of the file/],
    ['an empty 200', response => void response.writeHead(200).end(), /sent an empty file/],
    ['404', response => void response.writeHead(404).end(), /answered 404 instead of the file/],
    ['a redirect in a circle', response => void response.writeHead(302, { location: '/' }).end(), /circle/],
  ])('refuses %s', async (_, answer, message) => {
    const { address } = await serve((_request, response) => answer(response))
    await expect(read(address)).rejects.toThrow(message)
  })

  it('stops the transfer when nobody reads on', async () => {
    let closed: (() => void) | undefined
    const isClosed = new Promise<void>(resolve => {
      closed = resolve
    })
    const { address } = await serve((_request, response) => {
      response.on('close', () => closed?.())
      const pour = () => {
        while (!response.destroyed && response.write(content));
        if (!response.destroyed) response.once('drain', pour)
      }
      pour()
    })
    const notices: string[] = []
    const progress = (event: ProgressEvent) => void (event.kind === 'notice' && notices.push(event.message))
    for await (const chunk of streamAddress(address, { ...local, progress })) if (chunk.length > 0) break
    await isClosed
    expect(notices).toEqual([])
  })

  it('stays away from private addresses', async () => {
    const { address, requests } = await cutting([])
    await expect(read(address, { allowPrivate: false })).rejects.toThrow(/only public addresses are fetched/)
    expect(requests).toHaveLength(0)
  })
})
