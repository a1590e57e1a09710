import { argmax, throwIfAborted } from '../core/index.js'
import { NEUTRAL } from '../images/index.js'
import type { Explained } from './explainer.js'

/** Places along a side of the map. */
const PLACES = 12

/** Side of the patch, in places: what lies between two of them is covered whole by a neighbour. */
const PATCH = 3

/** Views that the network looks at in one go. */
const BATCH = 16

/** How often the network looks at a photo: without a patch, and with it in each place. */
export const OCCLUDED_VIEWS = 1 + PLACES * PLACES

/** Probabilities below this are taken for it: the logarithm of none is nothing to reckon with. */
const LEAST = 1e-30

/** Probabilities [views][labels] for views given as bytes [views, size, size, 3]. */
export type JudgeViews = (views: Uint8Array, count: number) => Promise<readonly (readonly number[])[]>

/**
 * Which places of a photo speak for its most probable class, found without gradients: a grey patch covers one after another, and
 * what that takes off the log-odds of the class is what the place spoke for it; below 0 it spoke against. Zeiler & Fergus 2014, "Visualizing
 * and Understanding Convolutional Networks". Any network can be asked so, but it looks at the photo {@link OCCLUDED_VIEWS} times.
 *
 * @param view - bytes [size, size, 3]
 * @throws `interrupted` between two batches
 */
export async function occlusion(
  view: Uint8Array,
  size: number,
  judge: JudgeViews,
  signal?: AbortSignal | undefined,
): Promise<Explained> {
  const [plain] = await judge(view, 1)
  const top = argmax(plain)
  const whole = logOdds(plain, top)
  const values = new Float32Array(PLACES * PLACES)
  for (let from = 0; from < values.length; from += BATCH) {
    throwIfAborted(signal)
    const count = Math.min(BATCH, values.length - from)
    const views = new Uint8Array(count * view.length)
    for (let i = 0; i < count; i++) {
      const covered = views.subarray(i * view.length, (i + 1) * view.length)
      covered.set(view)
      cover(covered, size, (from + i) % PLACES, Math.floor((from + i) / PLACES))
    }
    const rows = await judge(views, count)
    for (let i = 0; i < count; i++) values[from + i] = whole - logOdds(rows[i], top)
  }
  return { top, map: { width: PLACES, height: PLACES, values } }
}

/** log p / (1 - p), with 1 - p summed of the others, as 1 itself has no room for small ones. */
function logOdds(probabilities: readonly number[], top: number): number {
  const others = probabilities.reduce((sum, value, k) => (k === top ? sum : sum + value), 0)
  return Math.log(Math.max(probabilities[top], LEAST) / Math.max(others, LEAST))
}

/** Covers the patch around the middle of a place. */
function cover(view: Uint8Array, size: number, column: number, row: number): void {
  const [left, right] = reach(column, size)
  const [above, below] = reach(row, size)
  for (let y = above; y < below; y++) for (let x = left; x < right; x++) view.set(NEUTRAL, (y * size + x) * 3)
}

/** From where to where the patch of a place reaches, in pixels. */
function reach(place: number, size: number): [number, number] {
  const middle = ((place + 0.5) * size) / PLACES
  const half = (PATCH * size) / PLACES / 2
  return [Math.max(0, Math.round(middle - half)), Math.min(size, Math.round(middle + half))]
}
