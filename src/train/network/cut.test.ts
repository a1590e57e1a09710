import { beforeAll, describe, expect, it } from 'vitest'
import { tinyBackbone } from '../../../test/support/tiny-backbone.js'
import { adamw } from '../../autodiff/index.js'
import { type Backbone, featureModel, featureWidth, loadBackbone } from '../../backbones/index.js'
import { asFloat32, float32, RandomStream, uint8 } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { headSpec } from '../features/spec.js'
import { linearHead } from '../heads/head.js'
import { autoSpec } from '../recipes/frozen/candidates.js'
import { bodyOf } from './body.js'
import { type Cut, cutOf, keptBytes } from './cut.js'
import { trunkAndHead } from './groups.js'
import { KeptJudge } from './judge.js'
import { NetworkTrainer, type NetworkTrainerOptions } from './trainer.js'

const [size, batchSize, classes] = [64, 2, 2]
const random = RandomStream.fromSeed(5)
const pixels = random.fillUniform(new Float32Array(batchSize * size * size * 3))
const targets = Float32Array.of(1, 0, 0, 1)
const bytes = Uint8Array.from(pixels, value => value * 255)
let backbone: Backbone
let cut: Cut

beforeAll(async () => {
  backbone = await loadBackbone('efficientnet-lite0')
  const found = cutOf(backbone, autoSpec(backbone))
  if (!found) throw new Error('EfficientNet-Lite0 has maps of 16 pixels a step')
  cut = found
})

/** What the part before the cut gives of the photos. */
async function kept(): Promise<Float32Array> {
  const session = await Session.open(featureModel(backbone, { size, batch: batchSize, ...cut.kept }))
  try {
    const { features } = await session.run({ pixels: uint8(bytes, [batchSize, size, size, 3]) })
    return asFloat32(features, 'features').data
  } finally {
    await session.close()
  }
}

/** A head that is not zero, so that gradients reach the trunk. */
function headOf(spec = autoSpec(backbone)) {
  const head = linearHead(featureWidth(backbone, spec), classes)
  const weights = new Map(
    head.parameters.map(({ name, shape }) => {
      const values = random.fork(name).fillUniform(new Float32Array(shape.reduce((a, b) => a * b, 1)))
      return [
        name,
        float32(
          values.map(value => (value - 0.5) * 0.1),
          shape,
        ),
      ] as const
    }),
  )
  return { spec, head, weights }
}

function options(spec = autoSpec(backbone)): NetworkTrainerOptions {
  const { head, weights } = headOf(spec)
  return {
    backbone,
    spec,
    head,
    weights,
    size,
    batchSize,
    random,
    groups: trunkAndHead(backbone, head),
    optimizer: adamw(),
    batchNorm: 'none',
  }
}

describe('a network cut in two', () => {
  it('is cut at the last map of 16 pixels a step; pools of layers up to it are kept beside the map', () => {
    expect(cut.layer).toBe('stage5')
    expect(cut.kept.layers).toEqual([
      { name: 'stage5', pools: ['map'] },
      { name: 'stage5', pools: ['avg', 'std'] },
    ])
    expect(keptBytes(backbone, cut, 224)).toBe(4 * (112 * 14 * 14 + 2 * 112))
    expect(cutOf(tinyBackbone(), headSpec(tinyBackbone()))).toBeUndefined()
  })

  it('learns the same behind the cut as the whole network does with only that part learning', async () => {
    const behind = new Set(bodyOf({ ...options(), cut }).initializers.keys())
    const [trunk, top] = options().groups
    const groups = [{ ...trunk, parameters: trunk.parameters.filter(name => behind.has(name)) }, top]
    const whole = await NetworkTrainer.open({ ...options(), groups })
    const part = await NetworkTrainer.open({ ...options(), cut })
    const rows = await kept()
    for (let step = 0; step < 2; step++) {
      const expected = await whole.step({ pixels: bytes, targets }, [1e-4, 1e-3])
      expect(await part.step({ kept: rows, targets }, [1e-4, 1e-3])).toBeCloseTo(expected, 3)
    }
    const [a, b] = [whole.weights(), part.weights()]
    expect([...b.trunk.keys()].sort()).toEqual([...a.trunk.keys()].sort())
    expect(a.trunk.size).toBeGreaterThan(40)
    // An AdamW step moves a weight by the rate, whichever way its gradient points.
    let [moved, alike] = [0, 0]
    for (const [name, { data }] of a.trunk) {
      const other = b.trunk.get(name)?.data ?? new Float32Array()
      for (const [i, value] of data.entries()) {
        moved++
        if (Math.abs(value - other[i]) < 2e-5) alike++
      }
    }
    expect(alike / moved).toBeGreaterThan(0.99)
    await Promise.all([whole.close(), part.close()])
  })

  it('is judged as the step sees it: the loss of its logits is the loss of the next step', async () => {
    const trainer = await NetworkTrainer.open({ ...options(), cut })
    const judge = await KeptJudge.open({ ...options(), cut, learning: trainer.weights().trunk.keys() })
    const rows = await kept()
    await trainer.step({ kept: rows, targets }, [1e-4, 1e-3])
    const logits = await judge.logits(rows, rows.length / batchSize, trainer.weights())
    const losses = logits.map((row, i) => Math.log(Math.exp(row[0]) + Math.exp(row[1])) - row[i])
    const loss = await trainer.step({ kept: rows, targets }, [0, 1e-9])
    expect((losses[0] + losses[1]) / 2).toBeCloseTo(loss, 4)
    const [third] = await judge.logits(
      rows.subarray(0, rows.length / batchSize),
      rows.length / batchSize,
      trainer.weights(),
    )
    expect(third[0]).toBeCloseTo(logits[0][0], 3)
    await Promise.all([trainer.close(), judge.close()])
  })

  it('begins anew with the bits it began with', async () => {
    const trainer = await NetworkTrainer.open({ ...options(), cut, averageDecay: 0.9 })
    const rows = await kept()
    const fit = async () => {
      const losses: number[] = []
      for (let step = 0; step < 3; step++)
        losses.push(await trainer.step({ kept: rows, targets }, [1e-4, 1e-3]))
      return losses
    }
    const first = await fit()
    trainer.begin({ head: headOf().weights }, random)
    expect(await fit()).toEqual(first)
    await trainer.close()
  })
})
