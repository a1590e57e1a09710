// What comes in the way of collecting, and how it goes on all the same.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { fromList, openverse, photosIn, rowsIn } from './support/collect/folders.js'
import { smallPhoto } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { serve } from './support/server.js'

describe('photos that only some tools open', () => {
  it('are kept as JPEG, upright, and the row tells the bytes that lie there', async () => {
    const picture = sharp(await smallPhoto(3, 96))
    const forms: Record<string, Buffer> = {
      webp: await picture.clone().webp().toBuffer(),
      tiff: await picture.clone().flip().tiff().toBuffer(),
      avif: await picture.clone().flop().avif().toBuffer(),
      cmyk: await picture.clone().rotate(90).toColourspace('cmyk').jpeg().toBuffer(),
    }
    const server = await serve((request, response) => {
      const bytes = forms[request.url?.slice(1) ?? '']
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes)
    })
    const folder = temporaryFolder()
    const [out, list] = [path.join(folder, 'ball'), path.join(folder, 'list.txt')]
    writeFileSync(
      list,
      Object.keys(forms)
        .map(name => `${server.address}/${name}\n`)
        .join(''),
    )
    const told = await fromList(list, out, [server.address])
    expect(told.status, told.stderr).toBe(0)
    expect(photosIn(out)).toHaveLength(4)
    for (const row of rowsIn(out)) {
      const bytes = readFileSync(path.join(out, row.file_name))
      expect(row).toMatchObject({ width: 96, sha256: createHash('sha256').update(bytes).digest('hex') })
      expect(await sharp(bytes).metadata()).toMatchObject({
        format: 'jpeg',
        space: 'srgb',
        width: 96,
        height: 96,
      })
    }
  })
})

describe('a connection that is down', () => {
  it('stops after many photos in a row, blames none of them, and the same command goes on', async () => {
    const { address } = await openverse()
    const folder = temporaryFolder()
    const [out, list] = [path.join(folder, 'ball'), path.join(folder, 'list.txt')]
    // Port 9 of this machine: nobody listens.
    const dead = Array.from({ length: 60 }, (_, i) => `http://127.0.0.1:9/${i}.jpg`)
    writeFileSync(list, [`${address}/photo/1.jpg`, ...dead].join('\n'))
    const run = () => fromList(list, out, [address, 'http://127.0.0.1:9'], '--limit', '50')
    const told = await run()
    expect(told.status).toBe(1)
    expect(told.stderr).toMatch(
      /25 photos in a row could not be reached; the last one: .*Is the connection down\?/,
    )
    expect(photosIn(out)).toEqual(['00001.jpg'])
    // Now they are not waited for a second time: they are refused for themselves.
    const again = await run()
    expect(again.stderr).toMatch(/25 photos in a row could not be reached/)
    const last = await run()
    expect(last.status, last.stderr).toBe(0)
    expect(rowsIn(out)).toHaveLength(1)
  })
})

describe('a source that wants to know whom to write to', () => {
  it('is told of, until the person says it', async () => {
    const server = await serve((_, response) => response.end('{"batchcomplete":true,"query":{"pages":[]}}'))
    const args = ['collect', 'ball', '--source', `commons=${server.address}`, '--limit', '3']
    const folder = temporaryFolder()
    const told = await chiquitoHere([...args, '--out', path.join(folder, 'a')])
    expect(told.stderr).toContain('Wikimedia Commons asks programs to say whom to write to: give --contact')
    expect(told.stdout).not.toContain('who made them')
    const said = await chiquitoHere([
      ...args,
      '--out',
      path.join(folder, 'b'),
      '--contact',
      'ana@example.org',
    ])
    expect(said.stderr).not.toContain('whom to write to')
    expect(server.requests.at(-1)?.headers['user-agent']).toContain('ana@example.org')
  })
})
