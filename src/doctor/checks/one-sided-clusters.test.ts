import { describe, expect, it } from 'vitest'
import { around, deepData, type MadePhoto, middleOf } from '../../../test/support/deep-data.js'
import { RandomStream } from '../../core/index.js'
import { averageLinkage } from '../deep/average-linkage.js'
import { oneSided } from './one-sided-clusters.js'

const random = RandomStream.fromSeed(4)

function some(
  kind: string,
  count: number,
  split: (i: number) => MadePhoto['split'],
  spread = 0.8,
): MadePhoto[] {
  return Array.from({ length: count }, (_, i) => ({
    path: `ant/${kind}-${i}.jpg`,
    label: 0,
    split: split(i),
    features: around(middleOf(kind), spread, random),
  }))
}

const everyFifth = (i: number) => (i % 5 === 0 ? 'valid' : 'train')

describe('one-sided-clusters', () => {
  it('tells a kind that is only measured on, whole', async () => {
    const made = [...some('ant', 100, everyFifth), ...some('on snow', 12, () => 'valid', 0.2)]
    const findings = await oneSided.run(deepData(['ant'], made), {})
    expect(findings).toHaveLength(1)
    expect(findings[0].photos.toSorted()).toEqual(
      made.flatMap(({ path }) => (path.includes('snow') ? [path] : [])).sort(),
    )
    expect(findings[0].message).toBe(
      '12 photos of "ant" that look alike are all measured on, and none like them is learnt from.',
    )
  })

  it('tells a kind that is only learnt from', async () => {
    const made = [
      ...some('ant', 60, i => (i % 2 === 0 ? 'valid' : 'train')),
      ...some('on snow', 30, () => 'train', 0.2),
    ]
    const findings = await oneSided.run(deepData(['ant'], made), {})
    expect(findings).toHaveLength(1)
    expect(findings[0].photos).toHaveLength(30)
    expect(findings[0].message).toMatch(/all learnt from, and none like them is measured on/)
  })

  it('says nothing where kinds are divided, nothing is divided, or copies alone lie together', async () => {
    const divided = [...some('ant', 100, everyFifth), ...some('on snow', 30, everyFifth, 0.2)]
    expect(await oneSided.run(deepData(['ant'], divided), {})).toEqual([])
    const undivided = divided.map(photo => ({ ...photo, split: undefined }))
    expect(await oneSided.run(deepData(['ant'], undivided), {})).toEqual([])
    const [one] = some('on snow', 1, () => 'valid')
    const copies = Array.from({ length: 20 }, (_, i) => ({ ...one, path: `copy ${i}`, sha256: 'same' }))
    expect(await oneSided.run(deepData(['ant'], [...some('ant', 100, everyFifth), ...copies]), {})).toEqual(
      [],
    )
  })
})

it('merges what is nearest on average, first the near ones', () => {
  // On a line at 0, 1, 10, 12, 30.
  const at = [0, 1, 10, 12, 30]
  const distances = Float32Array.from(at.flatMap(a => at.map(b => Math.abs(a - b))))
  const merges = averageLinkage(distances, at.length)
  expect(merges.map(({ distance }) => distance).sort((a, b) => a - b)).toEqual([1, 2, 10.5, 24.25])
})
