import type { FeatureSpec } from '../../../backbones/index.js'
import { cutOf } from '../../network/index.js'
import type { Piece } from '../../time-plan/index.js'
import { countOf } from '../frozen/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { UsualCosts } from '../usual.js'
import { briefly, rehearsal, thoroughly } from './fold-fits.js'
import { doSomeStandBy, folds, partsOf, type TuningPart } from './folds.js'
import { canKeepViews, keptViews, plainViewsTask, viewsTask } from './kept-views.js'
import { tuningStage } from './tune.js'
import { batchSize, tuningEpochs } from './values.js'

/** A session of a step and one to judge with are made ready. */
const opening = 1.5
/** Photos that each fit is looked at with, before and after. */
const looked = 2 * 64

/** What fine-tuning comes to. */
export interface TuningPieces extends Readonly<Record<TuningPart, readonly Piece[]>> {
  /** Whether the network cannot be cut, so that all of it learns. */
  readonly isWhole: boolean
  /** Whether a little is learnt from all photos, too, as some of them stood by. */
  readonly isLittleLearnt: boolean
  /** All layers, as asked for. */
  readonly asked: readonly Piece[]
}

/** What fine-tuning would take, on the data set's training photos. */
export function tuningPieces(options: RecipeOptions, spec: FeatureSpec, costs: UsualCosts): TuningPieces {
  const photos = countOf(options.dataset.photos, 'train')
  const { backbone, size = backbone.inputSize, epochs } = options
  const cut = cutOf(backbone, spec)
  const isKept = cut !== undefined && canKeepViews(backbone, cut, size, photos)
  const whole = { step: costs.wholeStep, judged: costs.photo + costs.view }
  const last = isKept ? { step: costs.lastStep, judged: costs.judged } : whole
  const valid = countOf(options.dataset.photos, 'valid')
  const compared = Math.round((photos * folds) / partsOf(photos, options.dataset.labels))
  const teaching = Math.round((compared * (folds - 1)) / folds)
  const steps = (of: number, times: number) => Math.max(1, Math.floor(of / batchSize)) * times
  const fold = (manner: 'brief' | 'thorough', { step, judged }: typeof last) =>
    steps(teaching, epochs ?? tuningEpochs(teaching, manner)) * step + (compared / folds + looked) * judged
  const fit = (part: 'brief' | 'whole', { step, judged }: typeof last) => {
    const times = epochs ?? tuningEpochs(photos, part)
    return steps(photos, times) * step + (valid * times + looked) * judged
  }
  const eachKept = costs.variedPhoto + (keptViews + 1) * costs.keptView
  const views: readonly Piece[] = isKept
    ? [{ kind: 'views', task: viewsTask, seconds: photos * eachKept }]
    : []
  const held: readonly Piece[] = isKept
    ? [{ kind: 'views', task: plainViewsTask, seconds: valid * (costs.photo + costs.keptView) }]
    : []
  const isLittleLearnt = doSomeStandBy(photos, options.dataset.labels)
  return {
    isWhole: cut === undefined,
    isLittleLearnt,
    brief: [...views, { kind: 'steps', task: briefly.task, seconds: opening + folds * fold('brief', last) }],
    little: [
      ...held,
      isLittleLearnt
        ? { kind: 'steps', task: tuningStage, seconds: fit('brief', last) }
        : { kind: 'other', seconds: valid * last.judged },
    ],
    thorough: [{ kind: 'steps', task: thoroughly.task, seconds: opening + folds * fold('thorough', whole) }],
    whole: [{ kind: 'steps', task: tuningStage, seconds: fit('whole', whole) }],
    asked: [
      { kind: 'steps', task: rehearsal.task, seconds: opening + fold('thorough', whole) },
      { kind: 'steps', task: tuningStage, seconds: fit('whole', whole) },
    ],
  }
}
