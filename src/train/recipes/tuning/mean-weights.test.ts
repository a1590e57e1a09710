import { describe, expect, it } from 'vitest'
import { float32 } from '../../../core/index.js'
import type { NetworkWeights } from '../../network/index.js'
import { meanWith } from './mean-weights.js'

const network = (...values: number[]): NetworkWeights => ({
  trunk: new Map([['kernel', float32(values.slice(0, 2), [1, 2])]]),
  head: new Map([['bias', float32(values.slice(2), [1])]]),
})

const numbers = ({ trunk, head }: NetworkWeights) =>
  [...trunk.values(), ...head.values()].flatMap(({ data }) => [...data])

describe('the mean of networks', () => {
  it('counts every network once, however they are added up', () => {
    const all = [network(1, 8, -3), network(3, 0, 6), network(5, 4, 0), network(7, -4, 1)]
    const mean = all.slice(1).reduce((sofar, one, i) => meanWith(sofar, one, i + 1), all[0])
    expect(numbers(mean)).toEqual([4, 2, 1])
    expect([...mean.trunk].map(([name, { shape }]) => [name, shape])).toEqual([['kernel', [1, 2]]])
  })

  it('leaves its networks as they are', () => {
    const [one, other] = [network(1, 2, 3), network(5, 6, 7)]
    expect(numbers(meanWith(one, other, 3))).toEqual([2, 3, 4])
    expect([...numbers(one), ...numbers(other)]).toEqual([1, 2, 3, 5, 6, 7])
  })
})
