import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { CheckedData, CheckedPhoto } from './check.js'
import { factsFolder } from './facts/index.js'
import { kept } from './kept.js'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'chiquito-kept-'))
  vi.stubEnv('CHIQUITO_CACHE', cache)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

const found = [3, 1]
const kind = { name: 'numbers', schema: z.array(z.number()) }

function data(...photos: readonly (readonly [label: number, content: string])[]): CheckedData {
  return {
    root: '/photos',
    isKept: true,
    labels: ['cat', 'dog'],
    photos: photos.map(
      ([label, sha256], i): CheckedPhoto => ({
        path: `${i}.jpg`,
        label,
        sha256,
        bytes: 1,
        split: undefined,
        facts: { header: null, looks: null, problem: null },
        row: undefined,
      }),
    ),
  }
}

/** Asks, and says whether it was looked for. */
async function ask(of: CheckedData, isLasting = true): Promise<{ answer: number[]; searched: boolean }> {
  let searched = false
  const answer = await kept(of, kind, async () => {
    searched = true
    return { found, isLasting }
  })
  return { answer, searched }
}

describe('what is kept of all photos', () => {
  it('is found once for the same contents under the same labels, wherever they lie', async () => {
    const set = data([0, 'a'], [1, 'b'])
    expect(await ask(set)).toEqual({ answer: found, searched: true })
    expect(await ask({ ...set, root: '/elsewhere' })).toEqual({ answer: found, searched: false })
  })

  it('is found anew when a photo comes, changes, or has another label, or a class another name', async () => {
    const set = data([0, 'a'], [1, 'b'])
    await ask(set)
    for (const other of [
      data([0, 'a'], [1, 'b'], [1, 'c']),
      data([0, 'a'], [1, 'c']),
      data([1, 'a'], [0, 'b']),
      { ...set, labels: ['cat', 'fox'] },
    ])
      expect((await ask(other)).searched).toBe(true)
  })

  it('is found anew where what was kept is damaged', async () => {
    const set = data([0, 'a'], [1, 'b'])
    await ask(set)
    const folder = join(factsFolder(), 'numbers')
    const [name] = await readdir(folder)
    for (const text of ['', '{', '["3"]']) {
      await writeFile(join(folder, name), text)
      expect(await ask(set)).toEqual({ answer: found, searched: true })
    }
    expect((await ask(set)).searched).toBe(false)
  })

  it('is found anew where it was not for ever, and where nothing is to be kept', async () => {
    const set = data([0, 'a'], [1, 'b'])
    await ask(set, false)
    expect((await ask({ ...set, isKept: false })).searched).toBe(true)
    expect((await ask(set)).searched).toBe(true)
    expect((await ask(set)).searched).toBe(false)
  })
})
