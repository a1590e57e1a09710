import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTree } from '../../../../test/support/files.js'
import { drawings } from '../../../../test/support/photos.js'
import { tinyBackbone } from '../../../../test/support/tiny-backbone.js'
import type { Backbone, NetworkOptions } from '../../../backbones/index.js'
import { asFloat32, float32, type Tensor } from '../../../core/index.js'
import { openDataset } from '../../../dataset/index.js'
import { foldBatchNorm } from '../../../onnx/index.js'
import { auto } from '../auto.js'
import { fastai2018 } from '../fastai-2018.js'
import type { RecipeOptions, RecipeResult } from '../recipe.js'

const folder = mkdtempSync(join(tmpdir(), 'chiquito-pace-'))
const root = join(folder, 'photos')

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 20)),
      ...(await drawings('train/wave', 'wave', 20)),
      // In the wrong folder, so that the head alone is not perfect and `auto` looks for something better.
      ...(await drawings('train/ball', 'wave', 4, { from: 60 })),
      ...(await drawings('train/wave', 'ball', 4, { from: 60 })),
      ...(await drawings('valid/ball', 'ball', 5, { from: 40 })),
      ...(await drawings('valid/wave', 'wave', 5, { from: 40 })),
    },
    root,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * The same function as the tiny network, by filters that are `factor` times as large and norms that make up for it. A
 * step of the same size then changes the network 1 / `factor` times as much.
 */
function rescaled(factor: number): Backbone {
  const backbone = tinyBackbone()
  const by = (tensor: Tensor | undefined, times: number) =>
    float32(
      Array.from(asFloat32(tensor, 'tensor').data, value => value * times),
      tensor?.shape,
    )
  const network = (options: NetworkOptions) => {
    const graph = backbone.network(options)
    const initializers = new Map(graph.initializers)
    for (const layer of ['stem', 'depthwise', 'top']) {
      for (const name of [`${layer}.weight`, `${layer}.norm.running_mean`])
        initializers.set(name, by(initializers.get(name), factor))
      const gain = `${layer}.norm.weight`
      initializers.set(gain, by(initializers.get(gain), 1 / factor))
    }
    return { ...graph, initializers }
  }
  return {
    ...backbone,
    id: `rescaled-${factor}`,
    network,
    trunk(builder, image) {
      const [batch, , size] = builder.shape(image)
      return builder.append(
        foldBatchNorm(network({ size: Number(size), batch })),
        new Map([['image', image]]),
      )
    },
  }
}

async function run(recipe: typeof auto, options: Partial<RecipeOptions>) {
  const dataset = await openDataset(root, { seed: 0 })
  const notices: string[] = []
  const notice = (message: string) => void notices.push(message)
  const backbone = tinyBackbone()
  const result = await recipe.run({ dataset, backbone, seed: 0, size: 32, notice, ...options })
  return { ...result, notices }
}

const lossOf = ({ seen }: RecipeResult) => seen.evaluation.logLoss

describe('rates that follow the network', () => {
  it('are left alone where they suit it', async () => {
    const { notices, stages } = await run(auto, { fineTune: 'always' })
    expect(notices).toEqual([])
    expect(stages[2].schedule).toContain('one cycle up to 0.0002, head 0.0006')
  })

  it('are lowered where they do not, and that is said', async () => {
    const { notices, stages, choice } = await run(auto, { fineTune: 'always', backbone: rescaled(0.0003) })
    expect(notices[0]).toMatch(/^Fine-tuning at rates up to 0.0002 .* It starts over at 0.000067.$/)
    if (choice?.fineTuning?.chosen) expect(stages[2].schedule).not.toContain('0.0002,')
  })

  it.each(['always', 'auto'] as const)('spoil nothing where none suits (%s)', async fineTune => {
    const backbone = rescaled(1e-6)
    const tuned = await run(auto, { fineTune, backbone })
    const frozen = await run(auto, { fineTune: 'never', backbone })
    expect(tuned.choice?.fineTuning?.chosen).toBe(false)
    expect(tuned.choice?.fineTuning?.reason).toMatch(/^Only the head .* the network ended worse on photos/)
    expect(tuned.notices).toHaveLength(4)
    expect(lossOf(tuned)).toBe(lossOf(frozen))
    expect(tuned.classifier.backbone).toBe(backbone)
  })

  it('spoil nothing in the recipe of 2018, either', async () => {
    const backbone = rescaled(1e-6)
    const tuned = await run(fastai2018, { backbone })
    const frozen = await run(fastai2018, { backbone, fineTune: 'never' })
    expect(tuned.notices).toEqual([
      expect.stringMatching(/^"all layers" .*: what was learnt before it is kept\.$/),
    ])
    expect(tuned.stages.at(-1)).toMatchObject({ name: 'all layers', undone: tuned.notices[0] })
    expect(lossOf(tuned)).toBe(lossOf(frozen))
  })
})
