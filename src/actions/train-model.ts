import type { WorkOptions } from '../core/index.js'
import { type Dataset, fingerprintSeen, type Split } from '../dataset/index.js'
import type { Shortcut } from '../doctor/index.js'
import { MAX_SHORTCUTS, type ModelMetadata, type RunDetails, type RunFolder } from '../run/index.js'
import { calibrationFacts, modelFile, type RecipeResult, type Unreadable } from '../train/index.js'
import { type Calibrations, calibrationsOf } from './calibrations.js'

/** Photos used and accuracy reached stand in the model itself; nothing in it differs between equal runs. */
export function modelOf(
  { classifier, seen, unreadable }: RecipeResult,
  dataset: Dataset,
  shortcuts: readonly Shortcut[],
  { recipe, seed, versions, calibration }: Pick<RunDetails, 'recipe' | 'seed' | 'versions'> & Calibrations,
): Promise<Uint8Array> {
  const { accuracy, interval } = seen.evaluation
  return modelFile(classifier, seen.photos, dataset.root, {
    recipe,
    seed,
    versions,
    data: {
      fingerprint: fingerprintSeen(dataset, unreadable),
      train: used(dataset, unreadable).train,
      valid: seen.photos.length,
    },
    accuracy: { value: accuracy, low: interval[0], high: interval[1] },
    calibration: calibrationFacts(calibration, classifier.temperatureFrom),
    shortcuts: standingOf(shortcuts),
  })
}

/** A classifier that can be used while a better one is sought: its model, and a word of it. */
export async function writeUsable(
  run: RunFolder,
  usable: RecipeResult,
  dataset: Dataset,
  shortcuts: readonly Shortcut[],
  { progress, ...details }: Pick<RunDetails, 'recipe' | 'seed' | 'versions'> & Pick<WorkOptions, 'progress'>,
): Promise<void> {
  await run.writeModel(await modelOf(usable, dataset, shortcuts, { ...details, ...calibrationsOf(usable) }))
  const { accuracy, count } = usable.seen.evaluation
  const message =
    `Usable from now on: ${run.file('model.onnx')} (the head alone, ${Math.round(accuracy * count)} of ${count} validation photos right). ` +
    'What comes now may replace it by a better one.'
  progress?.({ kind: 'notice', message, isRoutine: true })
}

/** Those that a model may have learnt; undefined without any. */
function standingOf(shortcuts: readonly Shortcut[]): ModelMetadata['shortcuts'] {
  const standing = shortcuts.filter(({ stands }) => stands).slice(0, MAX_SHORTCUTS)
  if (standing.length === 0) return undefined
  return standing.map(({ property, class: label, auc, interval: [low, high] }) => ({
    property,
    class: label,
    auc,
    interval: [low, high],
  }))
}

/** Readable photos in each part. */
export function used(
  { photos }: Dataset,
  unreadable: readonly Unreadable[],
): Readonly<Record<Split, number>> {
  const bad = new Set(unreadable.map(one => one.path))
  const count = (split: Split) => photos.filter(one => one.split === split && !bad.has(one.path)).length
  return { train: count('train'), valid: count('valid'), test: count('test') }
}
