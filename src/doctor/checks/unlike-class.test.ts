import { describe, expect, it } from 'vitest'
import { around, deepData, type MadePhoto, middleOf } from '../../../test/support/deep-data.js'
import { RandomStream } from '../../core/index.js'
import { unlikeClass } from './unlike-class.js'

const random = RandomStream.fromSeed(2)

function some(name: string, count: number, kind = name, spread = 0.5): MadePhoto[] {
  return Array.from({ length: count }, (_, i) => ({
    path: `${name}/${kind}-${i}.jpg`,
    label: 0,
    features: around(middleOf(kind), spread, random),
  }))
}

describe('unlike-class', () => {
  it('tells ten strangers of different kinds, and hardly any of the others', async () => {
    const strangers = Array.from({ length: 10 }, (_, i) => some('ant', 1, `stranger ${i}`)).flat()
    const findings = await unlikeClass.run(deepData(['ant'], [...some('ant', 100), ...strangers]), {})
    const told = findings.flatMap(({ photos }) => photos)
    expect(told.filter(path => path.includes('stranger'))).toHaveLength(10)
    expect(told.length).toBeLessThanOrEqual(12)
    expect(told.slice(0, 10).every(path => path.includes('stranger'))).toBe(true)
    expect(findings[0].message).toMatch(
      /^".+" is unlike the rest of "ant": distance 0\.\d\d where 0\.\d\d is usual, \d+(\.\d)? deviations? beyond it\.$/,
    )
  })

  it('sorts them by the number that it prints, over all classes', async () => {
    const wide = Array.from({ length: 60 }, (_, i) => ({
      ...some('bee', 1, 'bee', 0.9)[0],
      path: `bee/${i}.jpg`,
      label: 1,
    }))
    const strangers = [0, 1].flatMap(label =>
      Array.from({ length: 4 }, (_, i) => ({
        ...some('x', 1, `stranger ${label} ${i}`)[0],
        path: `s${label}${i}`,
        label,
      })),
    )
    const findings = await unlikeClass.run(
      deepData(['ant', 'bee'], [...some('ant', 60), ...wide, ...strangers]),
      {},
    )
    const sorted = findings.toSorted((a, b) => b.weight - a.weight)
    const shown = sorted.map(({ message }) => Number(/([\d.]+) deviations? beyond/.exec(message)?.[1]))
    expect(shown.length).toBeGreaterThan(4)
    expect(shown).toEqual(shown.toSorted((a, b) => b - a))
  })

  it('tells ten of one kind, too, who would vouch for each other', async () => {
    const made = [...some('ant', 100), ...some('ant', 10, 'wasp')]
    const findings = await unlikeClass.run(deepData(['ant'], made), {})
    expect(findings.flatMap(({ photos }) => photos).filter(path => path.includes('wasp'))).toHaveLength(10)
  })

  it('tells them also where they are a sixth of the class, and more alike than it', async () => {
    const made = [...some('ant', 50), ...some('ant', 10, 'wasp', 0.3)]
    const findings = await unlikeClass.run(deepData(['ant'], made), {})
    const told = findings.flatMap(({ photos }) => photos)
    expect(told.filter(path => path.includes('wasp')).length).toBeGreaterThanOrEqual(9)
    expect(told.length).toBeLessThanOrEqual(13)
  })

  it('does not take copies of a stranger for its like', async () => {
    const [stranger] = some('ant', 1, 'wasp')
    const copies = Array.from({ length: 12 }, (_, i) => ({ ...stranger, path: `copy ${i}`, sha256: 'same' }))
    const findings = await unlikeClass.run(deepData(['ant'], [...some('ant', 60), ...copies]), {})
    expect(findings.filter(({ photos: [path] }) => path.startsWith('copy'))).toHaveLength(12)
  })

  it('says nothing of a class too small to know what is usual', async () => {
    const made = [...some('ant', 15), ...some('ant', 1, 'wasp')]
    expect(await unlikeClass.run(deepData(['ant'], made), {})).toEqual([])
  })
})
