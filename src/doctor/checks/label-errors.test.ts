import { describe, expect, it } from 'vitest'
import { checkedPhotos } from '../../../test/support/checked-photos.js'
import { around, deepData, type MadePhoto, middleOf } from '../../../test/support/deep-data.js'
import { writeTree } from '../../../test/support/files.js'
import { plants, scene } from '../../../test/support/scenes.js'
import { RandomStream } from '../../core/index.js'
import { countWrong, rankLabels } from '../deep/index.js'
import { labelErrors } from './label-errors.js'

const labels = ['ant', 'bee', 'cow']

function photos(each: number, flipped: number, spread = 0.9): { made: MadePhoto[]; wrong: Set<string> } {
  const random = RandomStream.fromSeed(1)
  const wrong = new Set<string>()
  const made = labels.flatMap((name, truth) =>
    Array.from({ length: each }, (_, i): MadePhoto => {
      const isWrong = i < flipped
      const path = `${name}/${i}.jpg`
      if (isWrong) wrong.add(path)
      return {
        path,
        label: isWrong ? (truth + 1) % labels.length : truth,
        features: around(middleOf(name), spread, random),
      }
    }),
  )
  return { made, wrong }
}

describe('label-errors', () => {
  it('ranks 10 % flipped labels first, and tells of about as many', async () => {
    const { made, wrong } = photos(60, 6)
    const data = deepData(labels, made)
    const { scores } = await rankLabels(data)
    expect(scores).toHaveLength(180)
    const top = scores.slice(0, 27).map(({ photo }) => data.photos[photo].path)
    expect(top.filter(path => wrong.has(path)).length).toBeGreaterThanOrEqual(17)
    const findings = await labelErrors.run(data, {})
    expect(findings.filter(({ photos: [path] }) => wrong.has(path)).length).toBeGreaterThanOrEqual(16)
    expect(findings.length).toBeLessThanOrEqual(22)
    expect(findings[0]).toMatchObject({
      check: 'label-errors',
      certain: false,
      message: expect.stringMatching(
        /^".+" lies in "\w+" and looks like "\w+" to a model that did not learn from it \(0\.\d\d/,
      ),
    })
    expect(findings.map(({ weight }) => weight)).toEqual(
      findings.map(({ weight }) => weight).sort((a, b) => b - a),
    )
  })

  it('lets labels alone that are right', async () => {
    const { made } = photos(60, 0)
    expect((await labelErrors.run(deepData(labels, made), {})).length).toBeLessThanOrEqual(2)
  })

  it('does not take a copy with the same wrong label as a witness', async () => {
    const { made, wrong } = photos(40, 3, 0.5)
    const copies = made.flatMap(photo => [
      photo,
      { ...photo, path: `copy of ${photo.path}`, sha256: photo.path },
    ])
    const data = deepData(labels, copies)
    const { scores, likelyWrong } = await rankLabels(data)
    const ranked = scores.map(({ photo }) => data.photos[photo].sha256)
    expect(new Set(ranked.slice(0, 2 * wrong.size))).toEqual(wrong)
    // A photo and its copy are told together.
    expect(ranked[likelyWrong - 1]).toBe(ranked[likelyWrong - 2])
  })

  it('does not take a near copy with the same wrong label as a witness', async () => {
    const random = RandomStream.fromSeed(4)
    const files: Record<string, Buffer> = {}
    for (let i = 0; i < 30; i++) {
      files[`${i}.jpg`] = await scene(i)
      files[`${i} saved anew.jpg`] = await plants.recompressed(files[`${i}.jpg`])
    }
    const isWrong = (number: number) => number < 4
    // What is a photo's own is louder than its class, so that a copy of it would be believed before all others.
    const features = Array.from({ length: 30 }, (_, i) => [
      ...around(middleOf(i % 2 === 0 ? 'ant' : 'bee'), 0.5, random),
      ...middleOf(`own ${i}`, 900),
    ])
    const paths = Object.keys(files).sort()
    const numbers = paths.map(path => Number.parseInt(path, 10))
    const made = numbers.map((number, i) => ({
      path: paths[i],
      label: (number + (isWrong(number) ? 1 : 0)) % 2,
      features: features[number],
    }))
    const root = writeTree(files)
    const checked = await checkedPhotos(root, paths)
    const photos = checked.map((photo, i) => ({ ...photo, label: made[i].label }))
    const { scores } = await rankLabels({ ...deepData(['ant', 'bee'], made), root, photos })
    const first = scores.slice(0, 8).map(({ photo }) => numbers[photo])
    expect(first.filter(isWrong).length).toBeGreaterThanOrEqual(6)
  })

  it('says nothing of one class, of a handful of photos, or of photos that all look the same', async () => {
    const { made } = photos(30, 0)
    const alike = made.map(photo => ({ ...photo, features: middleOf('same') }))
    expect(await labelErrors.run(deepData(['ant'], made.slice(0, 30)), {})).toEqual([])
    expect(await labelErrors.run(deepData(labels, [made[0], made[30]]), {})).toEqual([])
    expect(await labelErrors.run(deepData(labels, alike), {})).toEqual([])
  })

  it('skips photos that could not be decoded, and classes without photos', async () => {
    const { made } = photos(30, 3)
    const lost = { ...made[40], path: 'lost.jpg', features: middleOf('x').map(() => 0) }
    const data = deepData(['none', ...labels], [lost, ...made.map(one => ({ ...one, label: one.label + 1 }))])
    const { scores } = await rankLabels(data)
    expect(scores.map(({ photo }) => photo)).not.toContain(0)
    expect(scores).toHaveLength(90)
  })
})

it('counts wrong labels by the confident joint', () => {
  const sure = [0.9, 0.1]
  const truth = [...new Array<number>(10).fill(0), ...new Array<number>(10).fill(1)]
  const right = truth.map(label => (label === 0 ? sure : sure.toReversed()))
  expect(countWrong(truth, right, 2)).toBe(0)
  expect(countWrong(truth, [...right.slice(0, 18), sure, sure], 2)).toBe(2)
})
