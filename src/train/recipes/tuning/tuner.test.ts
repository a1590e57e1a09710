import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTree } from '../../../../test/support/files.js'
import { drawings } from '../../../../test/support/photos.js'
import { tinyBackbone } from '../../../../test/support/tiny-backbone.js'
import { type Backbone, featureWidth, loadBackbone } from '../../../backbones/index.js'
import { RandomStream } from '../../../core/index.js'
import { type Dataset, openDataset } from '../../../dataset/index.js'
import { openSessions } from '../../../engine/index.js'
import { PhotoReader } from '../../../images/index.js'
import { linearHead } from '../../heads/head.js'
import { initialWeights } from '../../heads/trainer.js'
import { fit } from '../../loop/loop.js'
import { autoSpec } from '../frozen/candidates.js'
import { KeptViews } from './kept-views.js'
import { openTuner } from './open.js'
import { PhotoViews } from './photo-views.js'
import type { Tuner, TunerOptions } from './tuner.js'
import { scheduleOf } from './values.js'

const folder = mkdtempSync(join(tmpdir(), 'chiquito-tuner-'))
const reader = new PhotoReader()
let dataset: Dataset
let lite: Backbone

beforeAll(async () => {
  const tree = {
    ...(await drawings('train/ball', 'ball', 8)),
    ...(await drawings('train/wave', 'wave', 8)),
    ...(await drawings('valid/ball', 'ball', 2, { from: 40 })),
    ...(await drawings('valid/wave', 'wave', 2, { from: 40 })),
  }
  writeTree(tree, folder)
  dataset = await openDataset(folder)
  lite = await loadBackbone('efficientnet-lite0')
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await reader.close()
  expect(openSessions()).toBe(0)
})

const train = () => dataset.photos.filter(photo => photo.split === 'train')

function options(backbone: Backbone, side = 64): TunerOptions {
  const spec = autoSpec(backbone)
  const head = linearHead(featureWidth(backbone, spec), 2)
  const random = RandomStream.fromSeed(1)
  const rule = { size: side, resize: 'squash' } as const
  const weights = initialWeights({ head, random })
  return { backbone, spec, rule, reader, dataset, random, seed: 1, photos: train(), head: weights }
}

async function tuned(tuner: Tuner, epochs: number): Promise<number[]> {
  const { head } = options(lite)
  const validate = () => Promise.resolve({ validLoss: 0, accuracy: 0 })
  const work = tuner.begin({ head }, train(), RandomStream.fromSeed(2), validate)
  const records = await fit(work, scheduleOf(tuner.depth, epochs, work.batchesPerEpoch), [])
  return records.map(({ trainLoss }) => trainLoss)
}

describe('fine-tuning from kept views', () => {
  it('learns, and judges photos as the whole network with its weights does', async () => {
    const tuner = await openTuner(options(lite), 'last')
    expect(tuner.views).toBeInstanceOf(KeptViews)
    const losses = await tuned(tuner, 4)
    expect(losses[3]).toBeLessThan(losses[0])
    const held = dataset.photos.filter(photo => photo.split === 'valid')
    const logits = await tuner.logits(held)
    // The same weights in a network that is not cut, opened apart.
    const whole = await openTuner(options(lite), 'all')
    const { head, trunk } = tuner.weights()
    whole.begin({ head, trunk }, train(), RandomStream.fromSeed(2), () => Promise.reject(new Error('no')))
    for (const [i, row] of (await whole.logits(held)).entries())
      for (const [k, value] of row.entries()) expect(value).toBeCloseTo(logits[i][k], 3)
    await Promise.all([tuner.close(), whole.close()])
  })

  it('begins every fit with the same start, and ends with the same bits', async () => {
    const tuner = await openTuner(options(lite), 'last')
    const first = await tuned(tuner, 1)
    expect(await tuned(tuner, 1)).toEqual(first)
    await tuner.close()
  })

  it('learns through the whole network where views do not fit into memory, or nothing can be cut', async () => {
    const many = Array.from({ length: 5000 }, () => train()[0])
    const large = await openTuner({ ...options(lite, 224), photos: many }, 'last')
    expect(large.views).toBeInstanceOf(PhotoViews)
    expect(large.subject).toBe('The last layers')
    const learning = [...large.weights().trunk.keys()]
    expect(learning).toContain('_blocks.15._project_conv.weight')
    expect(learning).not.toContain('_conv_stem.weight')
    const tiny = await openTuner(options(tinyBackbone(), 32), 'last')
    expect(tiny.subject).toBe('All layers')
    await Promise.all([large.close(), tiny.close()])
  })
})
