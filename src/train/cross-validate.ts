import type { WorkOptions } from '../core/index.js'
import { throwIfAborted } from '../core/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { type Examples, type LinearModel, LogisticRegression, linearLogits } from './logistic.js'

/** Photos as rows, several views of each one after the other: row `view * photos + photo`. */
export interface ViewedExamples extends Examples {
  readonly photos: number
  /** Views learnt from; the first is the plain one, which is also what a photo is judged by. */
  readonly views: number
}

export interface CrossValidationOptions extends DeviceOptions, WorkOptions {
  /** For each repetition the fold of each photo, 0 to folds - 1. */
  readonly repetitions: readonly (readonly number[])[]
  readonly folds: number
  /** Penalties to try, in an order in which each is a good start for the next. */
  readonly cs: readonly number[]
  /** Called after each fold. */
  readonly onFold?: (() => void) | undefined
}

/** What a penalty gives on photos that were not learnt from. */
export interface OutOfFold {
  readonly c: number
  /** For each repetition logits [photo][class], each photo judged by the fit that left its fold out. */
  readonly logits: readonly number[][][]
}

/**
 * Cross-validation of logistic regression: for every repetition, fold and penalty a fit on the other folds (all views
 * of their photos, each weighing 1 / views), and its logits on the plain views of the fold left out.
 */
export async function crossValidate(
  examples: ViewedExamples,
  { repetitions, folds, cs, signal, onFold, ...device }: CrossValidationOptions,
): Promise<OutOfFold[]> {
  const { photos, views, width, rows } = examples
  const results = cs.map(c => ({ c, logits: repetitions.map(() => new Array<number[]>(photos)) }))
  const regression = await LogisticRegression.open(examples, device)
  try {
    for (const [r, foldOf] of repetitions.entries()) {
      for (let fold = 0; fold < folds; fold++) {
        throwIfAborted(signal)
        const held = foldOf.flatMap((f, photo) => (f === fold ? [photo] : []))
        const rowWeights = Float32Array.from({ length: photos * views }, (_, row) =>
          foldOf[row % photos] === fold ? 0 : 1 / views,
        )
        const heldRows = gather(rows, held, width)
        let start: LinearModel | undefined
        for (const { c, logits } of results) {
          start = await regression.fit({ c, rowWeights, start })
          for (const [i, row] of linearLogits(start, heldRows, width).entries()) logits[r][held[i]] = row
        }
        onFold?.()
      }
    }
  } finally {
    await regression.close()
  }
  return results
}

function gather(rows: Float32Array, which: readonly number[], width: number): Float32Array {
  const out = new Float32Array(which.length * width)
  for (const [i, row] of which.entries()) out.set(rows.subarray(row * width, (row + 1) * width), i * width)
  return out
}
