import { describe, expect, it } from 'vitest'
import { exactCopies, fingerprintOf, labelConflicts, leaks, type Photo, type Split } from './index.js'

function photo(path: string, sha256: string, split: Split, label = 0, bytes = 9): Photo {
  return { path, sha256, split, label, bytes }
}

const photos = [
  photo('t1', 'x', 'train'),
  photo('t2', 'x', 'train'),
  photo('t3', 'y', 'train', 1),
  photo('v1', 'x', 'valid'),
  photo('v2', 'z', 'valid'),
  photo('e1', 'y', 'test', 0),
  photo('t4', 'empty', 'train', 0, 0),
  photo('v3', 'empty', 'valid', 0, 0),
]

describe('copies', () => {
  it('groups photos of equal content, but not empty files', () => {
    expect(exactCopies(photos).map(group => group.map(one => one.path))).toEqual([
      ['t1', 't2', 'v1'],
      ['t3', 'e1'],
    ])
  })

  it('names each held-out photo that was learnt from, once', () => {
    expect(leaks(photos)).toEqual([{ train: 't1', held: 'v1', sha256: 'x' }])
    expect(leaks(photos, 'test')).toEqual([{ train: 't3', held: 'e1', sha256: 'y' }])
  })

  it('finds copies with different labels', () => {
    expect(labelConflicts(photos).map(group => group.map(one => one.path))).toEqual([['t3', 'e1']])
  })
})

describe('fingerprintOf', () => {
  const labels = ['cat', 'dog']
  const print = fingerprintOf(photos, labels)

  it('does not depend on the order', () => {
    expect(print).toMatch(/^[0-9a-f]{64}$/)
    expect(fingerprintOf(photos.slice().reverse(), labels)).toBe(print)
  })

  it('changes with every fact', () => {
    const [first, ...rest] = photos
    const changed = [
      { ...first, path: 'other' },
      { ...first, sha256: 'other' },
      { ...first, split: 'valid' as const },
      { ...first, label: 1 },
    ]
    for (const one of changed) expect(fingerprintOf([one, ...rest], labels)).not.toBe(print)
    expect(fingerprintOf(photos, ['cat', 'cow'])).not.toBe(print)
    expect(fingerprintOf(rest, labels)).not.toBe(print)
  })
})
