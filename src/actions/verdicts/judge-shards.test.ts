import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { EngineHere, FolderStore, type JobKindTable, jobKind } from '../../jobs/index.js'
import { judgeShards } from './judge-shards.js'
import { hashShard, type Shard } from './shard.js'

const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-shards-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is done before a job is answered; throws what it fails with. */
let before: () => void
let asked: string[][]
beforeEach(() => {
  asked = []
  before = () => undefined
  for (const name of ['a.jpg', 'b.jpg', 'same-as-a.jpg'])
    writeFileSync(path.join(folder, name), name === 'b.jpg' ? 'b' : 'a')
})

const verdict = (label: string) =>
  JSON.stringify({ label, probabilities: [1], known: null, abstained: false })

const table: JobKindTable = {
  verdicts: async () =>
    jobKind({
      name: 'verdicts',
      revision: 1,
      asked: z.object({ photos: z.array(z.string()) }),
      place: z.json(),
      async perform({ photos }) {
        asked.push(photos)
        before()
        return new TextEncoder().encode(photos.map(photo => `${verdict(photo.slice(0, 4))}\n`).join(''))
      },
    }),
}

async function rowsFrom(shards: readonly Shard[]): Promise<unknown[]> {
  const store = new FolderStore(path.join(folder, 'store'))
  const engine = new EngineHere(table, store, 2)
  const question = { model: 'm', device: 'cpu', tta: 0, place: { model: 'm.onnx' }, folder } as const
  async function* all() {
    yield* shards
  }
  const rows: unknown[] = []
  for await (const lines of judgeShards(all(), question, { engine, store }, {}))
    rows.push(...lines.map(line => JSON.parse(line)))
  await engine.close()
  return rows
}

const shard = (...names: string[]) =>
  hashShard(
    names.map(name => ({ path: name })),
    { folder },
  )

describe('shards', () => {
  it('ask for each content once, and get a row for each photo', async () => {
    const rows = await rowsFrom([await shard('a.jpg', 'gone.jpg', 'b.jpg', 'same-as-a.jpg', 'a.jpg')])
    expect(asked).toHaveLength(1)
    expect(asked[0]).toHaveLength(2)
    const [a, b] = asked[0]
    expect(rows).toMatchObject([
      { path: 'a.jpg', sha256: a, label: a.slice(0, 4) },
      { path: 'gone.jpg', sha256: null, error: 'there is no such file.' },
      { path: 'b.jpg', sha256: b, label: b.slice(0, 4) },
      { path: 'same-as-a.jpg', sha256: a, label: a.slice(0, 4) },
      { path: 'a.jpg', sha256: a, label: a.slice(0, 4) },
    ])
  })

  it('that are the same have one result, which each of them gets', async () => {
    const same = await shard('a.jpg', 'b.jpg')
    expect(await rowsFrom([same, same, same, await shard(), same])).toHaveLength(8)
  })

  it('are named anew where a photo was changed meanwhile, or taken away', async () => {
    const first = await shard('a.jpg', 'b.jpg')
    writeFileSync(path.join(folder, 'a.jpg'), 'c')
    rmSync(path.join(folder, 'b.jpg'))
    before = () => {
      if (asked.length === 1) throw new ChiquitoError('data', 'a.jpg was changed.')
    }
    expect(await rowsFrom([first])).toMatchObject([
      { path: 'a.jpg', sha256: asked[1][0] },
      { path: 'b.jpg', sha256: null, error: 'there is no such file.' },
    ])
    expect(asked[1]).toHaveLength(1)
  })

  it('are named anew where all photos were taken away, and fail where only others miss them', async () => {
    const first = await shard('a.jpg', 'b.jpg')
    before = () => {
      throw new ChiquitoError('io', 'a.jpg is not on that machine.')
    }
    await expect(rowsFrom([first])).rejects.toMatchObject({
      code: 'io',
      message: 'a.jpg is not on that machine.',
    })
    expect(asked).toHaveLength(1)
    for (const name of ['a.jpg', 'b.jpg']) rmSync(path.join(folder, name))
    before = () => {
      if (asked.length === 2) throw new ChiquitoError('io', 'a.jpg is not on that machine.')
    }
    expect(await rowsFrom([first])).toMatchObject([
      { path: 'a.jpg', error: 'there is no such file.' },
      { path: 'b.jpg', error: 'there is no such file.' },
    ])
  })

  it('go on without a photo that changes each time it is read', async () => {
    const first = await shard('a.jpg', 'b.jpg')
    before = () => {
      writeFileSync(path.join(folder, 'a.jpg'), String(asked.length))
      if (asked.length < 4) throw new ChiquitoError('data', 'a.jpg was changed.')
    }
    expect(await rowsFrom([first])).toMatchObject([
      { path: 'a.jpg', sha256: null, error: 'it was changed each time it was read.' },
      { path: 'b.jpg', label: expect.any(String) },
    ])
  })

  it('fail with what is no photo’s fault', async () => {
    before = () => {
      throw new ChiquitoError('model', 'The model is none.')
    }
    await expect(rowsFrom([await shard('a.jpg')])).rejects.toMatchObject({ code: 'model' })
    expect(asked).toHaveLength(1)
  })
})
