import { featureWidth } from '../../backbones/index.js'
import type { RandomStream } from '../../core/index.js'
import type { Split } from '../../dataset/index.js'
import { testTimeViews } from '../../images/index.js'
import { type Classifier, HeadRunner } from '../heads/index.js'
import { isKnowing, widthBefore } from '../known/index.js'
import { type Seen, see } from '../results/index.js'
import { type AutoFeatures, firstColumns } from './frozen/index.js'
import type { RecipeOptions, RecipeResult } from './recipe.js'

/** Views of each photo beside the plain one, at test time. */
export const ttaViews = 4
/** What progress calls looking at them. */
export const ttaTask = `${ttaViews} more views each`

/** A classifier, and what its trunk sees. */
export interface Shown {
  readonly classifier: Classifier
  readonly features: AutoFeatures
  /** What its trunk saw before it was tuned, where it was. */
  readonly before?: AutoFeatures | undefined
}

/**
 * The validation photos with augmented views beside, and the test photos, through the finished classifier.
 *
 * @param isAugmented - whether there are such views
 */
export async function showMore(
  end: Shown,
  isAugmented: boolean,
  random: RandomStream,
  options: RecipeOptions,
): Promise<Pick<RecipeResult, 'tta' | 'test'>> {
  const { features, classifier } = end
  const tta = isAugmented
    ? { views: ttaViews, seen: await show(end, 'valid', random, options, ttaViews) }
    : undefined
  const hasTest = options.dataset.photos.some(photo => photo.split === 'test')
  const tested = hasTest ? (await features.of(classifier.rule.resize, 'test')).photos.length : 0
  const test = tested > 0 ? await show(end, 'test', random, options) : undefined
  return { tta, test }
}

/** A part of the data set through a classifier, plain or with augmented views beside. */
export async function show(
  { classifier, features, before }: Shown,
  split: Split,
  random: RandomStream,
  { dataset, backbone, seed, device, threads }: RecipeOptions,
  tta = 0,
): Promise<Seen> {
  const { rule, head, weights, spec, labels, known } = classifier
  const plain = await features.of(rule.resize, split)
  const width = featureWidth(backbone, spec)
  const rows = plain.views.map(view => firstColumns(view, plain.width, width))
  if (tta > 0) {
    const more = await features.extract(rule.resize, plain.photos, ttaTask, ({ sha256 }) =>
      testTimeViews(seed, sha256, tta),
    )
    rows.push(...more.views.map(view => firstColumns(view, plain.width, width)))
  }
  const layers = isKnowing(known) ? known.before : undefined
  const untuned = layers && (await before?.of(rule.resize, split))
  const compared = untuned && firstColumns(untuned.views[0], untuned.width, widthBefore(layers))
  await features.rest()
  await before?.rest()
  const runner = await HeadRunner.open(head, weights, { device, threads, known })
  try {
    const shown = { ...plain, width, views: rows }
    return await see(runner, shown, labels, dataset.photos, random.fork('galleries'), compared)
  } finally {
    await runner.close()
  }
}
