import type { Dataset, Split } from '../dataset/index.js'
import type { Shortcut } from '../doctor/index.js'
import { MAX_SHORTCUTS, type ModelMetadata, type RunDetails } from '../run/index.js'
import {
  calibrationFacts,
  fingerprintSeen,
  modelFile,
  type RecipeResult,
  type Unreadable,
} from '../train/index.js'
import type { Calibrations } from './calibrations.js'

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
