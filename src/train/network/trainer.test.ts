import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { tinyBackbone } from '../../../test/support/tiny-backbone.js'
import { adamw, sgd } from '../../autodiff/index.js'
import { RandomStream } from '../../core/index.js'
import { openSessions } from '../../engine/index.js'
import { headSpec } from '../features/spec.js'
import { fastaiHead } from '../heads/head.js'
import { initialWeights } from '../heads/trainer.js'
import type { Tensors } from '../steps/step-runner.js'
import { layerGroups } from './groups.js'
import type { TrainedNorms } from './step-graph.js'
import { type NetworkBatch, NetworkTrainer, type NetworkTrainerOptions } from './trainer.js'
import { tunedBackbone } from './tuned.js'

const size = 32
const classes = 2
const batchSize = 4
const backbone = tinyBackbone()
const head = fastaiHead(32, classes)
const groups = layerGroups(backbone, head)
const random = RandomStream.fromSeed(3)

/** Dark squares and pale ones: anything can tell them apart. */
function batch(number: number): NetworkBatch {
  const draws = random.fork('batch', number)
  const pixels = new Uint8Array(batchSize * size * size * 3)
  const targets = new Float32Array(batchSize * classes)
  for (let i = 0; i < batchSize; i++) {
    const label = i % 2
    targets[i * classes + label] = 1
    for (let p = 0; p < size * size * 3; p++)
      pixels[i * size * size * 3 + p] = 80 + 60 * label + draws.integer(60)
  }
  return { pixels, targets }
}

const open = (options: Partial<NetworkTrainerOptions> = {}) =>
  NetworkTrainer.open({
    backbone,
    head,
    spec: headSpec(backbone),
    size,
    batchSize,
    groups,
    batchNorm: 'none',
    optimizer: sgd({ momentum: 0.9 }),
    weights: initialWeights({ head, random }),
    random,
    ...options,
  })

function digests(tensors: Tensors): Map<string, string> {
  return new Map(
    Array.from(tensors, ([name, { data }]) => [name, createHash('sha256').update(data).digest('hex')]),
  )
}

async function learn(trainer: NetworkTrainer, steps: number, rates: readonly number[], from = 0) {
  const losses: number[] = []
  for (let i = from; i < from + steps; i++) losses.push(await trainer.step(batch(i), rates))
  return losses
}

/** Names of the trunk's weights that are not what they were. */
function changed(trainer: NetworkTrainer): string[] {
  const before = digests(weightsOf(backbone))
  return [...digests(trainer.weights().trunk)].flatMap(([name, now]) =>
    before.get(name) === now ? [] : name,
  )
}

function weightsOf(of: typeof backbone): Tensors {
  const found = new Map()
  for (const [name, tensor] of of.network({ size, batch: 1 }).initializers)
    if (tensor.dtype === 'float32') found.set(name, tensor)
  return found
}

describe('NetworkTrainer', () => {
  it('learns with every layer, and leaves nothing open', async () => {
    const trainer = await open()
    const losses = await learn(trainer, 30, [0.001, 0.003, 0.01])
    const mean = (some: readonly number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) / 2)
    expect(changed(trainer).sort()).toEqual(
      groups
        .flatMap(g => g.parameters)
        .filter(isTrunk)
        .sort(),
    )
    await trainer.close()
    expect(openSessions()).toBe(0)
  })

  it('leaves frozen groups alone, and those whose rate is 0', async () => {
    const frozen = await open({ groups: groups.slice(1) })
    await learn(frozen, 3, [0.01, 0.01])
    expect(changed(frozen).filter(name => groups[0].parameters.includes(name))).toEqual([])
    expect(changed(frozen)).toEqual(expect.arrayContaining([...groups[1].parameters]))
    expect(weightsOf(tunedBackbone(backbone, frozen.weights().trunk)).get('stem.weight')).toEqual(
      weightsOf(backbone).get('stem.weight'),
    )
    await frozen.close()

    const still = await open()
    await learn(still, 3, [0.01, 0, 0.01])
    expect(changed(still).filter(name => groups[1].parameters.includes(name))).toEqual([])
    expect(changed(still)).toEqual(expect.arrayContaining([...groups[0].parameters]))
    await still.close()
  })

  it('gives the same bits again, and goes on with them from a snapshot', async () => {
    const options = { optimizer: adamw(), averageDecay: 0.9, accumulate: 2, clip: 1 }
    const rates = [0.001, 0.001, 0.01]
    const [first, second] = [await open(options), await open(options)]
    const losses = await learn(first, 7, rates)
    expect(await learn(second, 5, rates)).toEqual(losses.slice(0, 5))
    const middle = second.snapshot()
    await second.close()
    const third = await open(options)
    third.restore(middle)
    expect(await learn(third, 2, rates, 5)).toEqual(losses.slice(5))
    expect(digests(third.snapshot().tensors)).toEqual(digests(first.snapshot().tensors))
    await Promise.all([first.close(), third.close()])
  })

  it('keeps the average of the weights that it says it keeps', async () => {
    const [plain, averaged] = [await open(), await open({ averageDecay: 0.5 })]
    const name = 'stem.weight'
    const expected = Float64Array.from(weightsOf(backbone).get(name)?.data ?? [])
    for (let i = 0; i < 3; i++) {
      await learn(plain, 1, [0.01, 0.01, 0.01], i)
      await learn(averaged, 1, [0.01, 0.01, 0.01], i)
      const now = plain.weights().trunk.get(name)?.data ?? []
      for (const [j, value] of now.entries()) expected[j] = 0.5 * expected[j] + 0.5 * value
    }
    const found = averaged.weights().trunk.get(name)?.data ?? []
    expect(Math.max(...Array.from(found, (value, j) => Math.abs(value - expected[j])))).toBeLessThan(1e-6)
    expect(found).not.toEqual(plain.weights().trunk.get(name)?.data)
    await Promise.all([plain.close(), averaged.close()])
  })

  it('lets weights decay, but no biases and norms unless told to', async () => {
    const rates = [1, 1, 1]
    const decayed = async (decayNorms: boolean) => {
      const options = { optimizer: sgd(), weightDecay: 0.1, decayNorms, clip: 1e-12 }
      const trainer = await open(options)
      await learn(trainer, 1, rates)
      const { trunk } = trainer.weights()
      await trainer.close()
      return ['stem.weight', 'stem.norm.weight'].map(
        name => (trunk.get(name)?.data[0] ?? 0) / (weightsOf(backbone).get(name)?.data[0] ?? 0),
      )
    }
    const [some, all] = [await decayed(false), await decayed(true)]
    for (const [found, expected] of [
      [some[0], 0.9],
      [some[1], 1],
      [all[0], 0.9],
      [all[1], 0.9],
    ])
      expect(found).toBeCloseTo(expected, 5)
  })

  it('lets batch norm learn where it is told to', async () => {
    const statistics = (layer: string) => [`${layer}.norm.running_mean`, `${layer}.norm.running_var`]
    const moved = async (batchNorm: TrainedNorms | undefined) => {
      const trainer = await open({ groups: groups.slice(1), batchNorm })
      await learn(trainer, 2, [0.01, 0.01])
      const names = changed(trainer)
        .filter(name => name.includes('running'))
        .sort()
      await trainer.close()
      return names
    }
    const [stem, depthwise, top] = ['stem', 'depthwise', 'top'].map(statistics)
    expect(await moved('none')).toEqual([])
    expect(await moved('learning')).toEqual([...depthwise, ...top])
    expect(await moved('all')).toEqual([...depthwise, ...stem, ...top])
  })

  it('names what cannot be trained', async () => {
    await expect(open({ size: 0 })).rejects.toThrow()
    await expect(open({ averageDecay: 2 })).rejects.toThrow('averageDecay must be')
    await expect(open({ accumulate: 0 })).rejects.toThrow('accumulate must be')
  })
})

function isTrunk(name: string): boolean {
  return !name.startsWith('head.')
}
