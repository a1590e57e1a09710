import { describe, expect, it } from 'vitest'
import { tinyBackbone } from '../../../test/support/tiny-backbone.js'
import { linearHead } from '../heads/head.js'
import { layerGroups, ratesOf, rateText } from './groups.js'

const backbone = tinyBackbone()
const head = linearHead(4, 2)
const groups = layerGroups(backbone, head)

describe('layerGroups', () => {
  it('puts the new head last, and what the backbone calls its head with the stage before', () => {
    expect(groups.map(({ name }) => name)).toEqual(['early', 'late', 'head'])
    expect(groups[1].parameters).toEqual([...backbone.groups[1].parameters, ...backbone.groups[2].parameters])
    expect(groups[2].parameters).toEqual(['head.linear.weight', 'head.linear.bias'])
    const two = { groups: backbone.groups.slice(0, 2) }
    expect(layerGroups(two, head).map(({ name }) => name)).toEqual(['early', 'late', 'head'])
  })
})

describe('ratesOf', () => {
  it('takes one rate, one for each group, or a spread', () => {
    expect(ratesOf(0.1, groups)).toEqual([0.1, 0.1, 0.1])
    expect(ratesOf([0, 0.1, 1], groups)).toEqual([0, 0.1, 1])
    const spread = ratesOf({ from: 1e-4, to: 1e-2 }, groups)
    for (const [i, rate] of [1e-4, 1e-3, 1e-2].entries()) expect(spread[i]).toBeCloseTo(rate, 12)
    expect(ratesOf({ to: 1 }, groups)).toEqual([0.1, 0.1, 1])
    expect(ratesOf({ from: 0.1, to: 1 }, groups.slice(2))).toEqual([1])
  })

  it('names what is wrong', () => {
    expect(() => ratesOf([1, 2], groups)).toThrow('rate must be one rate, or 3: for early, late, head')
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => ratesOf(rate, groups)).toThrow('rate must be a learning rate above 0')
    expect(() => ratesOf({ from: 0, to: 1 }, groups)).toThrow('rate must be a spread')
  })

  it('are shown shortly', () => {
    expect(rateText([0.01, 0.01])).toBe('0.01')
    expect(rateText(ratesOf({ from: 1e-4, to: 1e-2 }, groups))).toBe('0.0001, 0.001, 0.01')
  })
})
