import { readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { tar, tarEntry, zip } from './support/archives.js'
import { temporaryFolder } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawing } from './support/photos.js'
import { serve } from './support/server.js'
import { filesOf, unpack } from './support/unpacked.js'

let photo: Buffer

beforeAll(async () => {
  photo = await drawing('ball', 1, { side: 16 })
  process.env.no_proxy = '127.0.0.1'
})

describe('collect archive of an address', () => {
  it('reads a tar archive as it comes, and goes on where the line breaks', async () => {
    const archive = tar(
      ...Array.from({ length: 40 }, (_, i) => ({
        name: `cat/${i}.png`,
        content: Buffer.concat([photo, Buffer.alloc(9000, i)]),
      })),
    )
    const cuts = [150_000, 60_000]
    const { address, requests } = await serve((request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const range = { 'content-range': `bytes ${start}-${archive.length - 1}/${archive.length}` }
      response.writeHead(start > 0 ? 206 : 200, {
        etag: '"1"',
        'content-length': archive.length - start,
        ...(start > 0 ? range : {}),
      })
      const cut = cuts.shift()
      if (cut === undefined) response.end(archive.subarray(start))
      else response.write(archive.subarray(start, start + cut), () => response.socket?.end())
    })
    const { result } = await unpack(`${address}/photos.tar?key=secret`)
    expect(result.photos).toBe(40)
    expect(requests).toHaveLength(3)
  })

  it('fetches a zip archive, and keeps nothing of it', async () => {
    const cache = temporaryFolder()
    const before = process.env.CHIQUITO_CACHE
    process.env.CHIQUITO_CACHE = cache
    try {
      const { address } = await serve(
        (_request, response) => void response.end(zip([{ name: 'cat/1.png', content: photo }])),
      )
      const { files, told } = await unpack(`${address}/photos.zip`)
      expect(files).toEqual(['cat/1.png'])
      expect(told.stderr).not.toContain('Trying again')
      expect(filesOf(cache)).toEqual([])
    } finally {
      if (before === undefined) delete process.env.CHIQUITO_CACHE
      else process.env.CHIQUITO_CACHE = before
    }
  })

  it.each<[string, number, string | Buffer, RegExp]>([
    [
      'a web page',
      200,
      '<!DOCTYPE html><title>Log in</title>',
      /it is no archive that is read here .*begins "<!DOCTYPE html><title>/,
    ],
    ['nothing', 200, '', /sent an empty file/],
    ['202', 202, '', /answered 202 instead of the file/],
    ['404', 404, 'gone', /answered 404 instead of the file/],
    ['half of it', 200, tarEntry({ name: 'a.png', content: 'x'.repeat(2000) }), /its end is missing/],
  ])('refuses %s, and leaves nothing', async (_, status, body, says) => {
    const { address } = await serve((_request, response) => void response.writeHead(status).end(body))
    const root = temporaryFolder()
    const told = await chiquitoHere([
      'collect',
      'archive',
      `${address}/a.tgz?key=secret`,
      '--out',
      path.join(root, 'out'),
    ])
    expect(told).toMatchObject({ status: 1, stderr: expect.stringMatching(says) })
    expect(told.stderr).not.toContain('secret')
    expect(readdirSync(root)).toEqual([])
  })

  it('does not follow a redirect to another private server', async () => {
    const other = await serve(
      (_request, response) => void response.end(tar({ name: '1.png', content: photo })),
    )
    const { address } = await serve(
      (_request, response) => void response.writeHead(302, { location: other.address }).end(),
    )
    const root = temporaryFolder()
    const args = ['collect', 'archive', address, '--out', path.join(root, 'out')]
    expect(await chiquitoHere(args)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/only public addresses are fetched/),
    })
    expect(other.requests).toEqual([])
    expect(readdirSync(root)).toEqual([])
    expect(await chiquitoHere([...args, '--allow-host', new URL(other.address).host])).toMatchObject({
      status: 0,
    })
  })

  it('holds the archive to a checksum', async () => {
    const { address } = await serve(
      (_request, response) => void response.end(tar({ name: '1.png', content: photo })),
    )
    const root = temporaryFolder()
    const told = await chiquitoHere([
      'collect',
      'archive',
      address,
      '--out',
      path.join(root, 'out'),
      '--sha256',
      '0'.repeat(64),
    ])
    expect(told).toMatchObject({ status: 1, stderr: expect.stringMatching(/is not the file it should be/) })
    expect(readdirSync(root)).toEqual([])
  })
})
