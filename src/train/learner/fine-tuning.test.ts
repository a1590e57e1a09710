import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTree } from '../../../test/support/files.js'
import { drawings } from '../../../test/support/photos.js'
import { tinyBackbone } from '../../../test/support/tiny-backbone.js'
import { ImageData } from '../../actions/image-data.js'
import { adamw } from '../../autodiff/index.js'
import type { Backbone } from '../../backbones/index.js'
import { openSessions } from '../../engine/index.js'
import { Predictor } from '../../predict/index.js'
import { linearHead } from '../heads/head.js'
import type { FitOptions } from '../stages/stage.js'
import { Learner } from './learner.js'
import type { LearnerOptions } from './options.js'

const folder = mkdtempSync(join(tmpdir(), 'chiquito-tuning-'))
const root = join(folder, 'photos')
const size = 32
const backbone = tinyBackbone()

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 9)),
      ...(await drawings('train/wave', 'wave', 9)),
      ...(await drawings('valid/ball', 'ball', 3, { from: 20 })),
      ...(await drawings('valid/wave', 'wave', 3, { from: 20 })),
      'train/wave/broken.jpg': 'this is no photo',
    },
    root,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open = async (options: LearnerOptions = {}, seed = 0) =>
  Learner.pretrained(backbone, await ImageData.fromFolder(root, { size, batchSize: 4, seed }), options)

/** The weights of a trunk, as text that can be compared. */
function weights(trunk: Backbone): Map<string, string> {
  const { initializers } = trunk.network({ size, batch: 1 })
  return new Map(
    Array.from(initializers, ([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]),
  )
}

async function changed(learn: Learner): Promise<Set<string>> {
  const { backbone: trunk } = await learn.classifier()
  const before = weights(backbone)
  return new Set([...weights(trunk)].flatMap(([name, now]) => (before.get(name) === now ? [] : [name])))
}

describe('a Learner that is unfrozen', () => {
  it('learns with every layer, and saves a model that says what it said', async () => {
    const learn = await open({ head: linearHead })
    expect(learn.layerGroups.map(({ name }) => name)).toEqual(['early', 'late', 'head'])
    await learn.fit(0.001, 1)
    expect((await changed(learn)).size).toBe(0)
    learn.augment().unfreeze()
    const stage = await learn.fit([1e-3, 3e-3, 1e-2], 2, { name: 'all', cycleLen: 1, cycleMult: 2 })
    expect(stage.schedule).toBe('2 cosine cycles from 0.001, 0.003, 0.01')
    expect(stage.epochs).toHaveLength(3)
    expect(stage.epochs[2].trainLoss).toBeLessThan(stage.epochs[0].trainLoss)
    // Weights, and running statistics: batch norm of layers that learn is in training mode.
    expect((await changed(learn)).size).toBe(15)

    const seen = await learn.evaluate()
    expect(seen.accuracy).toBe(stage.accuracy)
    expect(seen.evaluation.logLoss).toBe(stage.epochs[2].validLoss)
    expect((await learn.evaluate({ tta: 2 })).probabilities).not.toEqual(seen.probabilities)
    expect(learn.unreadable).toHaveLength(1)

    const file = join(folder, 'model.onnx')
    await learn.save(file)
    await learn.close()
    const predictor = await Predictor.open(file)
    for (const [i, photo] of seen.photos.entries()) {
      const { probabilities } = await predictor.predict(await readFile(join(root, photo.path)), photo.path)
      for (const [k, p] of probabilities.entries()) expect(p).toBeCloseTo(seen.probabilities[i][k], 5)
    }
    await predictor.close()
    expect(openSessions()).toBe(0)
  })

  it('leaves the groups before the first that learns alone, and learns on when frozen again', async () => {
    const learn = await open()
    await learn.freezeTo('late').fitOneCycle({ from: 0.001, to: 0.01 }, 1)
    const names = [...(await changed(learn))]
    expect(names.some(name => name.startsWith('stem'))).toBe(false)
    expect(names.some(name => name.startsWith('depthwise'))).toBe(true)
    const before = await changed(learn)
    const trunk = weights((await learn.classifier()).backbone)
    await learn.freeze().fit(0.01, 1)
    expect(await changed(learn)).toEqual(before)
    expect(weights((await learn.classifier()).backbone)).toEqual(trunk)
    await learn.freezeTo(1).fit(0.01, 1)
    expect([...(await changed(learn))].every(name => names.includes(name))).toBe(true)
    await learn.close()
  })

  it('gives the same bits for the same seed, whatever the options, and others for another', async () => {
    const options: FitOptions = {
      weightDecay: 0.01,
      clip: 1,
      accumulate: 2,
      averageDecay: 0.9,
      mixup: 0.4,
      erase: 0.5,
      keepBest: true,
    }
    const learnt = async (seed: number) => {
      const head = (features: number, classes: number) => linearHead(features, classes, { dropout: 0.2 })
      const learn = await open({ optimizer: adamw(), labelSmoothing: 0.1, head }, seed)
      await learn.augment().unfreeze().fitOneCycle(0.003, 2, options)
      const { backbone: trunk } = await learn.classifier()
      await learn.close()
      return weights(trunk).get('stem.weight')
    }
    const first = await learnt(1)
    expect(await learnt(1)).toBe(first)
    expect(await learnt(2)).not.toBe(first)
  })

  it('finds a rate without changing what was learnt', async () => {
    const learn = await open()
    const rates = await learn.unfreeze().findRate({ iterations: 25, to: 1 })
    expect(rates.points.length).toBeGreaterThan(10)
    expect((await changed(learn)).size).toBe(0)
    await learn.close()
  })

  it('names what is wrong with an option', async () => {
    const learn = await open()
    await expect(learn.fit([0.1, 0.1], 1)).rejects.toThrow('one rate, or 3: for early, late, head')
    await expect(learn.fit({ to: -1 }, 1)).rejects.toThrow('rate must be a spread')
    await expect(learn.fit(0.1, 1, { mixup: 0.4 })).rejects.toThrow('unfreeze first')
    expect(() => learn.freezeTo(3)).toThrow('group must be one of early, late, head, or its number')
    expect(() => learn.freezeTo('middle')).toThrow('group must be one of')
    learn.unfreeze()
    await expect(learn.fit([0, 0, 0], 1)).rejects.toThrow('rate must be a learning rate above 0')
    await expect(learn.fit(0.1, 1, { erase: 2 })).rejects.toThrow('erase must be from 0 to 1')
    await expect(learn.fit(0.1, 1, { clip: -1 })).rejects.toThrow('maxNorm must be')
    await expect(learn.fit(1e30, 2)).rejects.toMatchObject({ code: 'diverged' })
    await learn.close()
    expect(openSessions()).toBe(0)
  })
})
