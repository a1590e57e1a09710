import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawing } from '../../../test/support/photos.js'
import { RandomStream } from '../../core/index.js'
import { drawAugmentation, readViews, SIDE_ON } from '../../images/index.js'
import { BATCHES_AHEAD, BatchLoader, type LoadItem } from './index.js'

const rule = { size: 24, resize: 'crop' } as const
const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-loader-'))
const names = Array.from({ length: 11 }, (_, i) => `${i}.png`)
const random = RandomStream.fromSeed(4)
const items: LoadItem<{ path: string }>[] = names.map((name, i) => ({
  photo: { path: name },
  draw: i % 3 === 0 ? null : drawAugmentation(random.fork(name), SIDE_ON),
}))

beforeAll(async () => {
  for (const [i, name] of names.entries())
    writeFileSync(path.join(folder, name), await drawing('ball', i, { side: 40 + 10 * i }))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function viewOf({ photo, draw }: LoadItem<{ path: string }>): Promise<Uint8Array> {
  const [view] = await readViews(path.join(folder, photo.path), { name: photo.path, rule, draws: [draw] })
  return view
}

/** A reader that answers when it is told to. */
function slowReader() {
  const asked: { name: string; answer: (value: number) => void; refuse: (error: Error) => void }[] = []
  const views = (_: unknown, { name }: { name: string }) =>
    new Promise<Uint8Array[]>((resolve, reject) => {
      const answer = (value: number) => resolve([new Uint8Array(rule.size ** 2 * 3).fill(value)])
      asked.push({ name, answer, refuse: reject })
    })
  return { asked, views }
}

/** Until everything that can happen without an answer has happened. */
const settled = () => new Promise(resolve => setImmediate(resolve))

describe('BatchLoader', () => {
  it('gives every photo its view, in order, the last batch filled up with zeros', async () => {
    const loader = new BatchLoader({ root: folder, rule })
    const seen: string[] = []
    const bytes = rule.size ** 2 * 3
    for await (const { pixels, photos, count } of loader.epoch(items, 4)) {
      expect(pixels).toHaveLength(4 * bytes)
      expect(photos).toHaveLength(count)
      for (const [i, photo] of photos.entries()) {
        const expected = Buffer.from(await viewOf(items[seen.length + i]))
        expect(expected.equals(pixels.subarray(i * bytes, (i + 1) * bytes)), photo.path).toBe(true)
      }
      expect(pixels.subarray(count * bytes).every(byte => byte === 0)).toBe(true)
      seen.push(...photos.map(photo => photo.path))
    }
    expect(seen).toEqual(names)
    await loader.close()
  })

  it('leaves out what does not fill a batch when asked to', async () => {
    const loader = new BatchLoader({ root: folder, rule })
    const counts: number[] = []
    for await (const { count } of loader.epoch(items, 4, { dropLast: true })) counts.push(count)
    expect(counts).toEqual([4, 4])
    for await (const _ of loader.epoch([], 4)) expect.fail('there is nothing to load')
    await loader.close()
  })

  it('begins at once, and is never more than so many batches ahead of the one in use', async () => {
    const reader = slowReader()
    const batches = new BatchLoader({ root: folder, rule, reader }).epoch(items, 2)
    expect(reader.asked).toHaveLength(2 * BATCHES_AHEAD)
    const first = batches.next()
    await settled()
    expect(reader.asked).toHaveLength(2 * (1 + BATCHES_AHEAD))
    // In whatever order photos are ready, they come in that in which they were asked for.
    for (const [i, { answer }] of [...reader.asked.entries()].reverse()) answer(i)
    const { value } = await first
    expect([value?.pixels[0], value?.pixels.at(-1)]).toEqual([0, 1])
    await settled()
    expect(reader.asked).toHaveLength(2 * (1 + BATCHES_AHEAD))
    await batches.next()
    expect(reader.asked).toHaveLength(2 * (2 + BATCHES_AHEAD))
  })

  it('names a photo that broke, when its batch is due', async () => {
    const broken = names.slice(0, 4).map(path => ({ photo: { path }, draw: null }))
    broken[3] = { photo: { path: 'gone.png' }, draw: null }
    const batches = new BatchLoader({ root: folder, rule }).epoch(broken, 2)
    expect((await batches.next()).value).toMatchObject({ count: 2 })
    await expect(batches.next()).rejects.toMatchObject({
      code: 'image',
      message: expect.stringMatching(/^gone\.png: .*It could be read when training began: restore it/),
    })
  })

  it('leaves no error unheard where nobody takes the batches', async () => {
    const reader = slowReader()
    new BatchLoader({ root: folder, rule, reader }).epoch(items, 2)
    for (const { refuse } of reader.asked) refuse(new Error('not heard'))
    await settled()
  })

  it('stops when asked to', async () => {
    const stop = new AbortController()
    const batches = new BatchLoader({ root: folder, rule, signal: stop.signal }).epoch(items, 2)
    await batches.next()
    stop.abort()
    await expect(batches.next()).rejects.toMatchObject({ code: 'interrupted' })
  })
})

const built = path.join(import.meta.dirname, '../../../dist/train/loading/index.js')

/** Digests of the batches of three epochs, loaded on so many threads in a process of its own. */
async function digests(workers: number): Promise<string[]> {
  const program = `
    import { createHash } from 'node:crypto'
    import { BatchLoader } from ${JSON.stringify(built)}
    const loader = new BatchLoader({ root: ${JSON.stringify(folder)}, rule: ${JSON.stringify(rule)}, workers: ${workers} })
    const items = ${JSON.stringify(items)}
    const digests = []
    // The second epoch finds photos decoded; the third sees some of them through other draws.
    for (const turn of [0, 0, 1]) {
      const shown = items.map(({ photo }, i) => ({ photo, draw: items[(i + turn) % items.length].draw }))
      for await (const { pixels } of loader.epoch(shown, 4))
        digests.push(createHash('sha256').update(pixels).digest('hex'))
    }
    await loader.close()
    console.log(JSON.stringify(digests))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return JSON.parse(stdout)
}

it.skipIf(!existsSync(built))(
  'gives the same bytes however many threads load, kept decoded or not',
  async () => {
    const [none, ...others] = await Promise.all([0, 1, 3].map(digests))
    expect(none.slice(0, 3)).toEqual(none.slice(3, 6))
    expect(none.slice(6)).not.toEqual(none.slice(3, 6))
    for (const other of others) expect(other).toEqual(none)
  },
)
