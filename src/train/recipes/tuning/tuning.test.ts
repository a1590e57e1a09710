import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTree } from '../../../../test/support/files.js'
import { drawings } from '../../../../test/support/photos.js'
import { tinyBackbone } from '../../../../test/support/tiny-backbone.js'
import { openDataset } from '../../../dataset/index.js'
import { openSessions } from '../../../engine/index.js'
import { Predictor } from '../../../predict/index.js'
import { modelFile } from '../../results/model-file.js'
import { versions } from '../../results/versions.js'
import { auto } from '../auto.js'
import type { RecipeOptions } from '../recipe.js'
import { compare } from './choice.js'
import { doSomeStandBy } from './folds.js'
import { tuningEpochs } from './values.js'
import { isMuchLeft, type Judged } from './verdict.js'

const folder = mkdtempSync(join(tmpdir(), 'chiquito-auto-'))
const root = join(folder, 'photos')
const backbone = tinyBackbone()

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 22)),
      ...(await drawings('train/wave', 'wave', 22)),
      ...(await drawings('valid/ball', 'ball', 3, { from: 40 })),
      ...(await drawings('valid/wave', 'wave', 3, { from: 40 })),
    },
    root,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(options: Partial<RecipeOptions>) {
  const dataset = await openDataset(root, { seed: 0 })
  return auto.run({ dataset, backbone, seed: 0, size: 32, ...options })
}

describe('auto', () => {
  it('fine-tunes all layers when told to, and its model says what it said', async () => {
    const { classifier, seen, stages, choice } = await run({ fineTune: 'always', epochs: 2 })
    expect(stages.map(({ name }) => name)).toEqual(['choosing', 'learning', 'fine-tuning'])
    expect(stages[2].epochs).toHaveLength(2)
    expect(stages[2].schedule).toContain('one cycle up to 0.0002, head 0.0006')
    expect(choice?.fineTuning).toEqual({ chosen: true, reason: 'All layers were fine-tuned, as asked for.' })
    expect(classifier.backbone.id).not.toBe(backbone.id)
    const facts = {
      recipe: 'auto',
      seed: 0,
      versions: versions(),
      data: { fingerprint: '', train: 44, valid: 6 },
    }
    const bytes = await modelFile(classifier, seen.photos, root, facts)
    const file = join(writeTree({ 'model.onnx': Buffer.from(bytes) }), 'model.onnx')
    const predictor = await Predictor.open(file)
    for (const [i, photo] of seen.photos.entries()) {
      const { probabilities } = await predictor.predict(await readFile(join(root, photo.path)), photo.path)
      for (const [k, p] of probabilities.entries()) expect(p).toBeCloseTo(seen.probabilities[i][k], 5)
    }
    await predictor.close()
    expect(openSessions()).toBe(0)
  })

  it('leaves the trunk alone when told to', async () => {
    const { classifier, stages, choice } = await run({ fineTune: 'never' })
    expect(stages).toHaveLength(2)
    expect(choice?.fineTuning?.chosen).toBe(false)
    expect(classifier.backbone).toBe(backbone)
  })

  it('finds out whether it pays, and says why, the same each time', async () => {
    const [first, second] = [await run({}), await run({ fineTune: 'auto' })]
    const { chosen, reason } = first.choice?.fineTuning ?? { chosen: false, reason: '' }
    expect(reason).toMatch(
      chosen ? / were fine-tuned.*: of 44 training photos left out in turn, / : /^Only the head learned: /,
    )
    expect(first.stages).toHaveLength(chosen ? 3 : 2)
    expect(second.choice).toEqual(first.choice)
    expect(second.seen.probabilities).toEqual(first.seen.probabilities)
  })
})

describe('the decision to fine-tune', () => {
  /** The first photos are those that it misses. */
  const judged = (losses: readonly number[], wrong: number): Judged => ({
    losses,
    missed: new Set(Array.from({ length: wrong }, (_, i) => i)),
    temperature: 2,
  })
  const even = (loss: number) => Array.from({ length: 50 }, (_, i) => loss + (i % 2) * 0.01)
  const head = judged(even(0.3), 5)

  it('goes to a little where that costs less and makes no more mistakes', () => {
    const better = compare({ head, brief: judged(even(0.2), 5) }, 'The last layers')
    expect(better).toMatchObject({ chosen: true, isBrief: true, temperature: 2 })
    expect(better.reason).toBe(
      'The last layers were fine-tuned a little: of 50 training photos left out in turn, that is wrong on 5 (log loss 0.205), the head alone on 5 (log loss 0.305).',
    )
    expect(better.candidates.map(({ chosen }) => chosen)).toEqual([false, true])
    expect(better.candidates[1].note).toMatch(/3-fold .*standard error of the difference in log loss 0\.\d+$/)
  })

  it('leaves the head as it is where that is in doubt', () => {
    const tried = (brief: Judged) => compare({ head, brief }, 'All layers').chosen
    expect([judged(even(0.2), 6), judged(even(0.3), 4), judged(even(0.4), 4)].map(tried)).toEqual([
      false,
      false,
      false,
    ])
  })

  it('goes to much where that costs least and makes no more mistakes than luck explains', () => {
    const much = { head, brief: judged(even(0.25), 5), thorough: judged(even(0.2), 4) }
    const better = compare(much, 'The last layers')
    expect(better).toMatchObject({ chosen: true, isBrief: false })
    expect(better.reason).toMatch(/^All layers were fine-tuned: .* wrong on 4 \(log loss 0\.205\)/)
    expect(better.candidates.map(({ chosen }) => chosen)).toEqual([false, false, true])
    expect(compare({ ...much, brief: judged(even(0.1), 5) }, 'All layers').isBrief).toBe(true)
    const neither = compare(
      { ...much, brief: judged(even(0.4), 5), thorough: judged(even(0.2), 9) },
      'The last layers',
    )
    expect(neither.reason).toBe(
      'Only the head learned: of 50 training photos left out in turn, that is wrong on 5 (log loss 0.305), with the last layers fine-tuned a little on 5 (log loss 0.405), with all layers on 9 (log loss 0.205).',
    )
    const chosenOf = (wrong: number) =>
      compare({ ...much, thorough: judged(even(0.2), wrong) }, 'All layers').isBrief ? 'brief' : 'thorough'
    expect([5, 6, 7, 9].map(chosenOf)).toEqual(['thorough', 'thorough', 'brief', 'brief'])
  })

  it('has learnt from all photos, or from some of many', () => {
    const labels = ['ball', 'wave']
    expect([45, 800, 801].map(photos => doSomeStandBy(photos, labels))).toEqual([false, false, true])
  })

  it('tries much only where many mistakes are left', () => {
    expect([4, 5].map(wrong => isMuchLeft(wrong, 50))).toEqual([false, true])
  })

  it('sees few photos more often', () => {
    expect([5, 100, 300, 440, 5000].map(photos => tuningEpochs(photos, 'whole'))).toEqual([12, 12, 5, 4, 4])
    expect([26, 293, 533].map(photos => tuningEpochs(photos, 'thorough'))).toEqual([9, 4, 4])
    expect([26, 293, 533].map(photos => tuningEpochs(photos, 'brief'))).toEqual([1, 1, 1])
  })
})
