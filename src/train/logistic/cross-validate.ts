import { throwIfAborted, type WorkOptions } from '../../core/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import { type Examples, type LinearModel, LogisticRegression, linearLogits } from './logistic.js'

/** Photos as rows, several views of each one after the other: row `view * photos + photo`. */
export interface ViewedExamples extends Examples {
  readonly photos: number
  /** Views learnt from; the first is the plain one, which is also what a photo is judged by. */
  readonly views: number
}

export interface CrossValidationOptions extends DeviceOptions, WorkOptions {
  /** For each repetition the fold of each photo, 0 to folds - 1; photos of no fold are always learnt from. */
  readonly repetitions: readonly (readonly number[])[]
  readonly folds: number
  /** How many of the folds are left out in turn, where not all are. */
  readonly judged?: number | undefined
  /** Penalties to try, in an order in which each is a good start for the next. */
  readonly cs: readonly number[]
  /** Called after each fold. */
  readonly onFold?: (() => void) | undefined
}

/** Photos that were not learnt from, by their number, and their logits [photo][class]. */
export interface HeldOut {
  readonly photos: readonly number[]
  readonly logits: readonly number[][]
}

/** What a penalty gives on photos that were not learnt from. */
export interface OutOfFold {
  readonly c: number
  /** For each repetition, each photo judged by the fit that left its fold out. */
  readonly repetitions: readonly HeldOut[]
}

/**
 * Cross-validation of logistic regression: for every repetition, fold and penalty a fit on the other folds (all views
 * of their photos, each weighing 1 / views), and its logits on the plain views of the fold left out.
 */
export async function crossValidate(
  examples: ViewedExamples,
  { repetitions, folds, judged = folds, cs, signal, onFold, ...device }: CrossValidationOptions,
): Promise<OutOfFold[]> {
  const { photos, views, width, rows } = examples
  const results = cs.map(c => ({ c, logits: repetitions.map(() => new Map<number, number[]>()) }))
  const regression = await LogisticRegression.open(examples, device)
  try {
    for (const [r, foldOf] of repetitions.entries()) {
      for (let fold = 0; fold < judged; fold++) {
        throwIfAborted(signal)
        const held = foldOf.flatMap((f, photo) => (f === fold ? [photo] : []))
        const rowWeights = new Float32Array(photos * views).fill(1 / views)
        for (const photo of held) for (let v = 0; v < views; v++) rowWeights[v * photos + photo] = 0
        const heldRows = gather(rows, held, width)
        let start: LinearModel | undefined
        for (const { c, logits } of results) {
          start = await regression.fit({ c, rowWeights, start, signal })
          const answers = await linearLogits(start, heldRows, width, signal)
          for (const [i, row] of answers.entries()) logits[r].set(held[i], row)
        }
        onFold?.()
      }
    }
  } finally {
    await regression.close()
  }
  return results.map(({ c, logits }) => ({ c, repetitions: logits.map(inOrder) }))
}

/** By the photos' numbers, in whatever order the folds came. */
function inOrder(logits: ReadonlyMap<number, number[]>): HeldOut {
  const sorted = [...logits].sort(([a], [b]) => a - b)
  return { photos: sorted.map(([photo]) => photo), logits: sorted.map(([, row]) => row) }
}

function gather(rows: Float32Array, which: readonly number[], width: number): Float32Array {
  const out = new Float32Array(which.length * width)
  for (const [i, row] of which.entries()) out.set(rows.subarray(row * width, (row + 1) * width), i * width)
  return out
}
