import { FeatureExtractor, headSpec } from '../features/index.js'
import { Learner, LearnerData } from '../learner/index.js'
import type { RateSpread } from '../network/index.js'
import type { Piece } from '../time-plan/index.js'
import { countOf } from './frozen/index.js'
import type { Recipe, RecipeOptions } from './recipe.js'
import { embeddedCosts, type UsualCosts, usualCosts } from './usual.js'

/** The article's figures: rate, epochs plain, epochs augmented, views at test time. */
const rate = 0.01
const plainEpochs = 2
const augmentedCycles = 4
const ttaViews = 4
const batchSize = 8
/** Its third stage: rates from the first layers to the head, cycles of one, two and four epochs. */
const rates: RateSpread = { from: 1e-4, to: 1e-2 }
const tuningCycles = 3
const tuningEpochs = 2 ** tuningCycles - 1
const tuningStage = 'all layers'

/**
 * The article of 2018: its head, SGD at 0.01, first on plain photos, then on augmented ones; then all layers, each group
 * at its own rate. Batch norm is in evaluation mode as long as its layers are frozen.
 */
export const fastai2018: Recipe = {
  name: 'fastai-2018',
  description: 'the recipe of 2018: head on the frozen trunk, then on augmented photos, then all layers',
  resize: 'crop',
  async run({ dataset, backbone, seed, size, store, fineTune, likeness, background, ...options }) {
    const data = new LearnerData(dataset, { size, seed, batchSize, resize: 'crop' }, { likeness, background })
    const rule = { size: size ?? backbone.inputSize, resize: 'crop' } as const
    const spec = headSpec(backbone)
    const features = store?.(
      FeatureExtractor.namespace({ ...options, backbone, rule, spec, root: dataset.root }),
    )
    const learn = await Learner.pretrained(backbone, data, { ...options, store: features })
    try {
      const [train, valid] = (['train', 'valid'] as const).map(split => countOf(dataset.photos, split))
      const costs = usualCosts({ dataset, backbone, seed, size })
      options.time?.expect({ pieces: articlePieces({ train, valid }, { costs, fineTune }) })
      const found = await learn.findRate()
      await learn.fit(rate, plainEpochs, { name: 'head on plain photos' })
      learn.augment()
      await learn.fit(rate, augmentedCycles, { name: 'head on augmented photos', cycleLen: 1 })
      if (fineTune !== 'never') {
        learn.unfreeze()
        await learn.fit(rates, tuningCycles, {
          name: tuningStage,
          cycleLen: 1,
          cycleMult: 2,
          keepStart: true,
        })
      }
      const seen = await learn.evaluate()
      const tta = { views: ttaViews, seen: await learn.evaluate({ tta: ttaViews }) }
      const test = (await learn.readable('test')) > 0 ? await learn.evaluate({ split: 'test' }) : undefined
      const { stages, unreadable } = learn
      return { classifier: await learn.classifier(), stages, seen, tta, test, unreadable, rates: found }
    } finally {
      await learn.close()
      features?.close()
    }
  },
}

/** What is ahead, under the names of the learner's tasks; with the embedded network, where no other costs are given. */
export function articlePieces(
  { train, valid }: { readonly train: number; readonly valid: number },
  {
    costs: { photo, view, wholeStep } = embeddedCosts,
    fineTune,
  }: { readonly costs?: UsualCosts } & Pick<RecipeOptions, 'fineTune'> = {},
): Piece[] {
  const looking = (task: string, photos: number, views: number): Piece => ({
    ...{ kind: 'views', task, seconds: photos * (photo + views * view), isKept: true },
  })
  const epoch = Math.ceil(train / batchSize) * wholeStep + valid * (photo + view)
  const tuning: Piece = { kind: 'steps', task: tuningStage, seconds: tuningEpochs * epoch }
  return [
    looking('training photos', train, 1),
    looking('validation photos', valid, 1),
    looking(`training photos, ${augmentedCycles} augmented views each`, train, augmentedCycles),
    ...(fineTune === 'never' ? [] : [tuning]),
    { ...looking(`validation photos, ${ttaViews + 1} views each`, valid, ttaViews + 1), isKept: false },
  ]
}
