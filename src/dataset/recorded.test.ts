import { describe, expect, it } from 'vitest'
import type { Photo } from './photo.js'
import { recordPhotos, sameAsRecorded } from './recorded.js'

const photo = (path: string, label: number, split: Photo['split'] = 'train', sha256 = path): Photo => ({
  path,
  label,
  split,
  sha256,
  bytes: 1,
})
const before = [photo('a/1', 0), photo('a/2', 0, 'valid'), photo('b/1', 1), photo('b/2', 1, 'test')]
const labels = ['a', 'b']
const recorded = { photos: recordPhotos(before, labels), labels }

function again(now: readonly Photo[], names = labels) {
  const notices: string[] = []
  return { photos: sameAsRecorded(now, names, recorded, message => notices.push(message)), notices }
}

describe('sameAsRecorded', () => {
  it('gives the photos there were, in their parts, whatever has come since', () => {
    expect(again(before)).toEqual({ photos: before, notices: [] })
    // A new class moves the numbers of those after it, and a new division may put photos elsewhere.
    const now = [
      photo('a/1', 0, 'valid'),
      photo('a/2', 0),
      photo('aa/1', 1),
      photo('b/1', 2),
      photo('b/2', 2, 'test'),
    ]
    const { photos, notices } = again([...now, photo('b/3', 2)], ['a', 'aa', 'b'])
    expect(photos).toEqual(before)
    expect(notices).toEqual([
      '2 photos are new since the run began, for example "aa/1": left out, as the run goes on with what it had.',
    ])
  })

  it('names photos that are gone, changed or in another class', () => {
    const now = [photo('a/2', 0, 'valid', 'other'), photo('b/1', 0), photo('b/2', 1, 'test')]
    expect(() => again(now)).toThrow(
      'The photos are no longer those the run began with: "a/1" is gone or cannot be read, "a/2" has changed, ' +
        '"b/1" was "b" and is "a" now. Restore them, or train again without --resume.',
    )
    expect(() => again([])).toThrow(/"b\/1" is gone or cannot be read and 1 more\. Restore/)
  })

  it('refuses a record that contradicts itself', () => {
    const wrong = { photos: recorded.photos, labels: ['a'] }
    expect(() => sameAsRecorded(before, labels, wrong, () => undefined)).toThrow(/no class of the run/)
  })
})
