import { describe, expect, it } from 'vitest'
import { factsIn } from './facts.js'
import { unpackFiles } from './packed-files.js'
import { halves, halvesWithPaths } from './photo-shard.js'
import { unpackRows } from './rows.js'
import { trialResultOf } from './trial.js'

describe('what comes from elsewhere', () => {
  const readers = {
    factsIn,
    trialResultOf,
    unpackRows,
    unpackFiles: (bytes: Uint8Array) => unpackFiles(bytes, []),
  }
  it.each(Object.entries(readers))('and is no JSON, or other JSON, is refused by %s', (_, read) => {
    for (const text of ['', 'none', '{"a":', '{}\n', '[1]'])
      expect(() => read(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code: 'data' }))
  })
})

describe('a job about photos', () => {
  it('has two halves, down to a job about one', () => {
    const asked = { by: 'x', photos: ['a', 'b', 'c'] }
    const parts = halvesWithPaths(asked, { root: 'r', paths: ['1', '2', '3'] })
    expect(parts).toEqual([
      { asked: { by: 'x', photos: ['a'] }, place: { root: 'r', paths: ['1'] } },
      { asked: { by: 'x', photos: ['b', 'c'] }, place: { root: 'r', paths: ['2', '3'] } },
    ])
    expect(halves(parts[1].asked).map(({ photos }) => photos)).toEqual([['b'], ['c']])
    expect(halves(parts[0].asked)).toEqual([])
  })
})
