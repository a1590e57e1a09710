import { ChiquitoError } from '../../../core/index.js'
import { answerHere, answerOfFile, photosFor, type Trial } from './asking.js'
import { isRemembered, remember } from './remembered.js'

/** How far answers may differ: of the range that they span, and of the largest of them. */
interface Tolerance {
  readonly range: number
  readonly size: number
}

/** Sums in another order differ by about 1e-6; what a runtime or an import has wrong, by per cents. */
const inFloat32: Tolerance = { range: 1e-3, size: 1e-5 }
/** The file's own sums are rounded to 16 bits; here they are not. */
const inHalves: Tolerance = { range: 0.1, size: 0.02 }

/**
 * Compares what a file answers by itself, opened as it is and without the runtime's optimiser, with what the network made
 * of it answers to the same two photos. Nothing is said where there is nothing to compare: the runtime does not take the file as it is,
 * or its answers are random or no numbers.
 *
 * @param file its path: weights may lie beside it.
 * @param id what the network is known by: what was found right is not tried again.
 * @throws ChiquitoError `model` where they differ by more than float32's rounding.
 */
export async function checkAnswers(file: string, id: string, trial: Trial): Promise<void> {
  if (!trial.isSteady || isRemembered(id)) return
  const image = photosFor(trial)
  const expected = await whereItCan(() => answerOfFile(file, trial, image))
  const given = expected && (await whereItCan(() => answerHere(trial, image)))
  if (!expected || !given) return
  const far = difference(expected, given, trial.isInHalves ? inHalves : inFloat32)
  if (far !== undefined)
    throw new ChiquitoError(
      'model',
      `${file} would answer otherwise here than it does by itself: for two test photos its output ${trial.output} ${far}. So it is not used. Export it in another way (torch.onnx.export with dynamo=True or dynamo=False, another opset_version), and report this file: it is a fault of this program or of onnxruntime.`,
    )
  await remember(id)
}

/** What differs, in words; undefined where nothing does, or where there is nothing to compare. */
function difference(expected: Float32Array, given: Float32Array, allowed: Tolerance): string | undefined {
  if (!expected.every(Number.isFinite)) return undefined
  if (given.length !== expected.length) return `has ${given.length} numbers, not ${expected.length}`
  let [least, most, largest, worst] = [Infinity, -Infinity, 0, 0]
  for (const [i, value] of expected.entries()) {
    least = Math.min(least, value)
    most = Math.max(most, value)
    largest = Math.max(largest, Math.abs(value))
    const off = Math.abs(value - given[i])
    // NaN must not look small.
    if (!(off <= worst)) worst = Number.isNaN(off) ? Infinity : off
  }
  if (worst <= allowed.range * (most - least) + allowed.size * largest) return undefined
  return `is off by ${worst.toPrecision(2)}, where its values lie between ${least.toPrecision(3)} and ${most.toPrecision(3)}`
}

async function whereItCan(work: () => Promise<Float32Array>): Promise<Float32Array | undefined> {
  try {
    return await work()
  } catch (error) {
    // Who uses the network meets what is wrong with it, with its reason; here it is a comparison that cannot be made.
    if (error instanceof ChiquitoError) return undefined
    throw error
  }
}
