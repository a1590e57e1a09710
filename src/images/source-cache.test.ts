import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { RandomStream } from '../core/index.js'
import { drawAugmentation, SIDE_ON } from './augment.js'
import { entry } from './fixtures/photos.js'
import { PhotoReader, readViews } from './reader.js'

const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-kept-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rule = { size: 16, resize: 'crop' } as const
const random = RandomStream.fromSeed(6)
const draws = [null, ...Array.from({ length: 30 }, () => drawAugmentation(random, SIDE_ON))]
const file = path.join(folder, 'a.jpg')

beforeEach(() => writeFileSync(file, entry('jpeg 4:2:0').file))

describe('a photo kept decoded', () => {
  it.each(['crop', 'squash', 'pad'] as const)(
    'gives the same views as one that is decoded anew: %s',
    async resize => {
      const options = { name: 'a', rule: { ...rule, resize }, draws }
      const reader = new PhotoReader({ workers: 0, keepBytes: 1e6 })
      const first = await reader.views(file, { ...options, keep: true })
      expect(first).toEqual(await readViews(file, options))
      rmSync(file)
      for (const draw of draws.toReversed())
        expect(await reader.views(file, { ...options, draws: [draw], keep: true })).toEqual([
          first[draws.indexOf(draw)],
        ])
      // Whoever gets a view may write into it.
      const [plain] = await reader.views(file, { ...options, draws: [null], keep: true })
      plain.fill(7)
      expect(await reader.views(file, { ...options, draws: [null], keep: true })).toEqual([first[0]])
    },
  )

  it('is another one under another rule, and is not kept unasked', async () => {
    const reader = new PhotoReader({ workers: 0, keepBytes: 1e6 })
    await reader.views(file, { name: 'a', rule, draws })
    await reader.views(file, { name: 'a', rule: { size: 12, resize: 'crop' }, draws, keep: true })
    rmSync(file)
    await expect(reader.views(file, { name: 'a', rule, draws, keep: true })).rejects.toThrow(
      /^a: there is no such file/,
    )
  })

  it('is given up where there is no room, never what came before it', async () => {
    const second = path.join(folder, 'b.jpg')
    writeFileSync(second, entry('jpeg 4:2:0').file)
    // One plain view and a few bytes.
    const reader = new PhotoReader({ workers: 0, keepBytes: 16 * 16 * 3 + 100 })
    const look = (path: string) => reader.views(path, { name: 'it', rule, draws: [null], keep: true })
    const views = await look(file)
    await look(second)
    rmSync(file)
    rmSync(second)
    expect(await look(file)).toEqual(views)
    await expect(look(second)).rejects.toThrow(/^it: there is no such file/)
  })
})
