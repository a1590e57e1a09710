import { type Dataset, type LicenceMix, leaks } from '../dataset/index.js'
import type { Shortcut } from '../doctor/index.js'
import { type CalibrationFigures, type Evaluation, type Interval, mayBe } from '../evaluate/index.js'
import type { AbstentionFacts } from '../report/index.js'
import type { RunDetails, RunFolder } from '../run/index.js'
import type { Choice, RecipeResult, Stage, Unreadable } from '../train/index.js'
import { abstentionFacts } from './abstention.js'
import type { Calibrations } from './calibrations.js'
import { type EvaluationDetails, figures, partWords } from './measure.js'
import type { PassingChecks } from './passing-checks.js'
import { type BackgroundResult, backgroundResult } from './train-background.js'
import { used } from './train-model.js'

/** One leak, in the words of the data set: a validation photo that is an exact copy of a training photo. */
export interface LeakedPhoto {
  readonly train: string
  readonly valid: string
}

/** What the classifier did with the photos kept apart as test. */
export interface TestFigures {
  readonly count: number
  readonly right: number
  readonly accuracy: number
  readonly interval: Interval
  /** What so few photos do not bear out, in words; null where they do. */
  readonly mayBe: string | null
  readonly confusion: readonly (readonly number[])[]
  /** Whether the probabilities can be believed. */
  readonly calibration: CalibrationFigures
  /** Without the test photos that are copies of training photos. */
  readonly withoutLeaks: Evaluation['withoutCopies']
  readonly evaluation: EvaluationDetails
}

/** What training gives back; also what `metrics.json` holds. */
export interface TrainResult {
  /** Absolute path of the run folder. */
  readonly run: string
  readonly model: string
  readonly report: string
  /** Path of `MODEL_CARD.md`. */
  readonly card: string
  readonly seed: number
  readonly recipe: string
  readonly backbone: string
  readonly labels: readonly string[]
  /** Photos used, by part. */
  readonly photos: { readonly train: number; readonly valid: number; readonly test: number }
  readonly stages: readonly Stage[]
  /** How the recipe made up its mind, where it had to. */
  readonly choice?: Choice | undefined
  /** On the validation photos, 0 to 1, with its 95 % interval. */
  readonly accuracy: number
  readonly interval: Interval
  /** What so few photos do not bear out: "98 % of 50 validation photos: it may be 90 %"; null where they do. */
  readonly mayBe: string | null
  /** Counts [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[]
  /** Whether the probabilities can be believed; photos that the temperature was not found on. */
  readonly calibration: CalibrationFigures
  /** Accuracy without the validation photos that are copies of training photos. */
  readonly withoutLeaks: Evaluation['withoutCopies']
  readonly tta?:
    | {
        readonly views: number
        readonly accuracy: number
        readonly interval: Interval
        readonly calibration: CalibrationFigures
      }
    | undefined
  /** On the photos kept apart as test, where there are any: nothing was chosen by them. */
  readonly test?: TestFigures | undefined
  /** The share of photos that is answered, not taken for "neither", and more of that: see the report. */
  readonly coverage: number | null
  readonly abstention?: AbstentionFacts | undefined
  /** Photos of other things, where some were given: how many were learnt from, and of the others how many are "neither". */
  readonly background?: BackgroundResult | undefined
  readonly evaluation: EvaluationDetails
  readonly leaks: readonly LeakedPhoto[]
  /** How well properties of the files tell the classes apart, the strongest first. */
  readonly shortcuts: readonly Shortcut[]
  /** Licences and sources of the photos, where `metadata.jsonl` beside them says any; else null. */
  readonly licences: LicenceMix | null
  readonly unreadable: readonly Unreadable[]
  /** What the quick checks of `doctor` found in passing. */
  readonly checks: PassingChecks
  readonly notices: readonly string[]
  readonly seconds: number
  /** The result for a terminal. */
  readonly summary: string
}

/** What a training came to, put together. */
export function resultOf(
  run: RunFolder,
  result: RecipeResult,
  dataset: Dataset,
  facts: {
    seed: number
    recipe: string
    backbone: { name: string }
    seconds: number
    summary: string
    checked: PassingChecks
    notices: readonly string[]
    shortcuts: readonly Shortcut[]
    licences: LicenceMix | undefined
    configuration: RunDetails['configuration']
  } & Calibrations,
): TrainResult {
  const { confusion, ...evaluation } = result.seen.evaluation
  const doubt = mayBe(evaluation, `${partWords.valid} photos`) ?? null
  const abstention = abstentionFacts(result, dataset.photos)
  const figure = ({ accuracy, interval }: EvaluationDetails) => ({ accuracy, interval })
  return {
    run: run.path,
    model: run.file('model.onnx'),
    report: run.file('report.html'),
    card: run.file('MODEL_CARD.md'),
    seed: facts.seed,
    recipe: facts.recipe,
    backbone: facts.backbone.name,
    labels: dataset.labels,
    photos: used(dataset, result.unreadable),
    stages: result.stages,
    choice: result.choice,
    ...figure(evaluation),
    mayBe: doubt,
    confusion,
    calibration: facts.calibration,
    withoutLeaks: evaluation.withoutCopies,
    tta: result.tta &&
      facts.ttaCalibration && {
        views: result.tta.views,
        ...figure(result.tta.seen.evaluation),
        calibration: facts.ttaCalibration,
      },
    test: result.test &&
      facts.testCalibration && {
        ...figures(result.test.evaluation, 'test'),
        calibration: facts.testCalibration,
      },
    coverage: abstention?.coverage ?? null,
    abstention: abstention?.facts,
    background: backgroundResult(result.classifier, facts.configuration.background),
    evaluation,
    leaks: leaks(dataset.photos).map(({ train, held }) => ({ train, valid: held })),
    shortcuts: facts.shortcuts,
    licences: facts.licences ?? null,
    unreadable: result.unreadable,
    checks: facts.checked,
    notices: facts.notices,
    seconds: facts.seconds,
    summary: facts.summary,
  }
}
