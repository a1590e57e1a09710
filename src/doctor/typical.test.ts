import { describe, expect, it } from 'vitest'
import type { CheckedPhoto, DeepData } from './check.js'
import { typicalPhotos } from './typical.js'

const unread = { kind: 'damaged' as const, message: 'It ends too soon.' }

function photo(label: number, problem: CheckedPhoto['facts']['problem'] = null): CheckedPhoto {
  const facts = { header: null, looks: null, problem }
  return {
    path: `${label}.jpg`,
    label,
    sha256: '0'.repeat(64),
    bytes: 1,
    split: undefined,
    facts,
    row: undefined,
  }
}

/** Points on a circle, in degrees; of the second number nothing is to be seen, the third is dead. */
function data(angles: readonly (readonly [label: number, degrees: number])[], lost: readonly number[] = []) {
  const rows = angles.flatMap(([, degrees]) => {
    const turn = (degrees * Math.PI) / 180
    return [Math.cos(turn), Math.sin(turn), 7, 99 * degrees]
  })
  return {
    root: '/',
    labels: ['a', 'b'],
    photos: angles.map(([label], i) => photo(label, lost.includes(i) ? unread : null)),
    features: { data: Float32Array.from(rows), width: 4, lastLayer: 3 },
  } satisfies DeepData
}

const six = [
  [0, 10],
  [0, 40],
  [0, 75],
  [1, 190],
  [1, 225],
  [1, 255],
] as const

describe('typical photos', () => {
  it('are those nearest to the middle of their class, and the far ones come last', () => {
    const found = typicalPhotos(data(six), 3)
    expect(found.map(([first]) => first)).toEqual([1, 4])
    expect(found.map(each => each.length)).toEqual([3, 3])
  })

  it('are as many as asked for, without those that show the same', () => {
    expect(typicalPhotos(data(six), 1)).toEqual([[1], [4]])
    expect(typicalPhotos(data([...six, [0, 40.5]]), 3)[0]).toHaveLength(3)
  })

  it('are never photos that cannot be read, and none where a class has no others', () => {
    expect(typicalPhotos(data(six, [3, 4, 5]), 3)[1]).toEqual([])
  })
})
