import { argmax } from '../core/index.js'
import type { Photo } from '../dataset/index.js'
import { type AbstentionFigures, backgroundFigures, evaluateAbstention } from '../evaluate/index.js'
import type { AbstentionFacts } from '../report/index.js'
import { abstentionOf, type RecipeResult, type Seen } from '../train/index.js'
import { settersIn } from './learnt-photos.js'

/** What a trained classifier does not know, for its record and its report. */
export interface Abstention {
  readonly facts: AbstentionFacts
  /** Share of the photos measured on that is answered; null where the classifier never abstains, or none are left to measure on. */
  readonly coverage: number | null
}

/**
 * Photos that set the threshold, or were learnt from, say nothing of its coverage: then those kept apart as test are measured, if
 * there are any.
 *
 * @param all - photos of the data set
 */
export function abstentionFacts(
  { classifier, seen, test }: Pick<RecipeResult, 'classifier' | 'seen' | 'test'>,
  all: readonly Photo[],
): Abstention | undefined {
  const { known, labels } = classifier
  const said = abstentionOf(classifier)
  if (known === undefined || said === undefined) return undefined
  if ('why' in said) return { facts: { why: said.why }, coverage: null }
  const { by, photos, shared, coverage, threshold } = said
  const isMeasured = by === 'train'
  const setters = settersIn(all, { abstention: said })
  const figures = figuresOf(isMeasured ? seen : test, labels, threshold, setters)
  const part = isMeasured ? undefined : test ? 'test' : undefined
  const common =
    shared.length === 0 || shared.length === labels.length
      ? ''
      : ` ${shared.length} of the ${labels.length} labels have too few photos for a threshold of their own.`
  const method =
    (isMeasured
      ? `Its threshold comes from ${photos} training photos, each compared with the others alone.`
      : `Its threshold comes from the ${photos} validation photos, as the network has learnt to know the training photos too well.`) +
    common
  const background = said.background && backgroundFigures(said.background)
  return { facts: { figures, part, coverage, method, background }, coverage: figures?.coverage ?? null }
}

function figuresOf(
  seen: Seen | undefined,
  labels: readonly string[],
  threshold: number,
  setters: ReadonlySet<string>,
): AbstentionFigures | undefined {
  const { known } = seen ?? {}
  if (!seen || !known) return undefined
  const which = [...seen.photos.keys()].filter(i => !setters.has(seen.photos[i].sha256))
  if (which.length === 0) return undefined
  return evaluateAbstention({
    labels,
    truth: which.map(i => seen.photos[i].label),
    taken: which.map(i => argmax(seen.probabilities[i])),
    abstained: which.map(i => known[i] < threshold),
    threshold,
    leftOut: seen.photos.length - which.length,
  })
}
