import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTree } from '../../../test/support/files.js'
import { drawings } from '../../../test/support/photos.js'
import { ImageData } from '../../actions/image-data.js'
import { adamw } from '../../autodiff/index.js'
import { loadBackbone } from '../../backbones/index.js'
import { openSessions } from '../../engine/index.js'
import { Predictor } from '../../predict/index.js'
import { FeatureStore } from '../../run/index.js'
import { FeatureExtractor } from '../features/extractor.js'
import { headSpec } from '../features/spec.js'
import type { HeadWeights } from '../heads/classifier.js'
import { linearHead } from '../heads/head.js'
import { Learner } from './learner.js'

const folder = mkdtempSync(join(tmpdir(), 'chiquito-learner-'))
const root = join(folder, 'photos')
/** Small views: what is tested here does not need a good network. */
const size = 64

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 8)),
      ...(await drawings('train/wave', 'wave', 8)),
      ...(await drawings('valid/ball', 'ball', 3, { from: 20 })),
      ...(await drawings('valid/wave', 'wave', 3, { from: 20 })),
      'train/wave/broken.jpg': 'this is no photo',
    },
    root,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Millions of numbers are compared by their digest: a matcher would take them one by one. */
function digest(weights: HeadWeights): string {
  const hash = createHash('sha256')
  for (const [name, { data }] of weights)
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex')
}

const open = (seed = 0) => ImageData.fromFolder(root, { size, batchSize: 4, seed })

describe('Learner', () => {
  it('learns in stages, evaluates, saves a model that says the same, and leaves nothing open', async () => {
    const learn = await Learner.pretrained('efficientnet-lite0', await open())
    const first = await learn.fit(0.01, 2, { name: 'plain' })
    expect(first.epochs).toHaveLength(2)
    const second = await learn.augment().fitOneCycle(0.01, 2)
    expect(learn.stages).toEqual([first, second])
    expect(second.accuracy).toBeGreaterThan(0.8)
    expect(learn.unreadable).toEqual([
      { path: 'train/wave/broken.jpg', reason: expect.stringContaining('not') },
    ])

    const seen = await learn.evaluate()
    expect(seen.evaluation.count).toBe(6)
    const averaged = await learn.evaluate({ tta: 2 })
    expect(averaged.probabilities).not.toEqual(seen.probabilities)

    const file = join(folder, 'model.onnx')
    await learn.save(file)
    const predictor = await Predictor.open(file)
    for (const [i, photo] of seen.photos.entries()) {
      const { probabilities } = await predictor.predict(await readFile(join(root, photo.path)), photo.path)
      for (const [k, p] of probabilities.entries()) expect(p).toBeCloseTo(seen.probabilities[i][k], 5)
    }
    await predictor.close()
    await learn.close()
    expect(openSessions()).toBe(0)
  })

  it('gives the same weights for the same seed, and others for another', async () => {
    const weightsOf = async (seed: number) => {
      const learn = await Learner.pretrained('efficientnet-lite0', await open(seed))
      await learn.fit(0.01, 1)
      const { weights } = await learn.classifier()
      await learn.close()
      return digest(weights)
    }
    const first = await weightsOf(1)
    expect(await weightsOf(1)).toBe(first)
    expect(await weightsOf(2)).not.toBe(first)
  })

  it('finds a rate without changing what was learnt', async () => {
    const learn = await Learner.pretrained('efficientnet-lite0', await open())
    const before = digest((await learn.classifier()).weights)
    const rates = await learn.findRate({ iterations: 40 })
    expect(rates.points.length).toBeGreaterThan(20)
    expect(await rates.plot()).toMatch(/^<svg/)
    expect(digest((await learn.classifier()).weights)).toBe(before)
    await learn.close()
  })

  it('takes another head and optimiser, and stops early', async () => {
    const learn = await Learner.pretrained('efficientnet-lite0', await open(), {
      head: linearHead,
      optimizer: adamw(),
      labelSmoothing: 0.1,
      classWeights: [1, 2],
    })
    const stage = await learn.fit(1e-3, 30, { earlyStop: 1, keepBest: true })
    expect(stage.epochs.length).toBeLessThanOrEqual(30)
    expect(stage.epochs.at(-1)?.trainLoss).toBeLessThan(stage.epochs[0].trainLoss)
    await learn.close()
  })

  it('stops a fit that diverges, with the last good weights', async () => {
    const learn = await Learner.pretrained('efficientnet-lite0', await open(), { head: linearHead })
    const before = digest((await learn.classifier()).weights)
    await expect(learn.fit(1e38, 3)).rejects.toMatchObject({ code: 'diverged' })
    expect(digest((await learn.classifier()).weights)).toBe(before)
    await learn.close()
  })

  it('names what is wrong with an option', async () => {
    const learn = await Learner.pretrained('efficientnet-lite0', await open())
    expect(() => learn.augment({ rotate: 400 })).toThrow('rotate must be from 0 to 180 degrees')
    await expect(learn.evaluate({ tta: -1 })).rejects.toThrow('tta must be')
    await expect(learn.fit(-1, 1)).rejects.toThrow('rate must be a learning rate above 0')
    await learn.close()
  })
})

describe('FeatureExtractor', () => {
  it('gives a photo the same features alone, among others, and from the store', async () => {
    const data = await open()
    const backbone = await loadBackbone('efficientnet-lite0')
    const spec = headSpec(backbone)
    const rule = { size, resize: 'crop' } as const
    const options = { backbone, spec, rule, root: data.dataset.root }
    const photos = data.photos('valid')
    const store = FeatureStore.open(join(folder, 'cache'), FeatureExtractor.namespace(options))
    const extractor = new FeatureExtractor({ ...options, store })
    const all = await extractor.extract(photos, { task: 'all' })
    expect(store.size).toBe(photos.length)
    const again = await extractor.extract(photos, { task: 'again' })
    expect(again.views).toEqual(all.views)
    const alone = new FeatureExtractor(options)
    for (const [i, photo] of photos.entries()) {
      const { views } = await alone.extract([photo], { task: 'one' })
      expect(views[0]).toEqual(all.views[0].slice(i * all.width, (i + 1) * all.width))
    }
    await Promise.all([extractor.close(), alone.close()])
    store.close()
  })

  it('keeps features of other layers, rules and weights apart', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    const base = { backbone, spec: headSpec(backbone), rule: { size, resize: 'crop' }, root: '' } as const
    const names = [
      base,
      { ...base, rule: { size, resize: 'squash' } as const },
      { ...base, rule: { size: size + 32, resize: 'crop' } as const },
      { ...base, spec: { layers: base.spec.layers.map(layer => ({ ...layer, pools: ['avg'] as const })) } },
      { ...base, backbone: { ...backbone, id: 'other weights' } },
    ].map(FeatureExtractor.namespace)
    expect(new Set(names).size).toBe(names.length)
  })
})
