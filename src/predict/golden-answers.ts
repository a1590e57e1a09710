import { argmax } from '../core/index.js'
import type { Device } from '../engine/index.js'
import type { ModelMetadata } from '../run/model-metadata.js'

// Whether a golden photo is answered as when the model was made. Also runs in a browser.

/**
 * How far a probability may be from the recorded one, as a difference of logarithms: 0.002 is 0.2 % of it. The same graph
 * on other processors and with other numbers of threads stays within 0.00001 (docs/decisions/0034-golden-photos.md); a
 * GPU may compute with 10 or 11 bits (TF32, 16-bit floats), which moves logits by a few hundredths.
 */
const tolerances: Readonly<Record<Device, number>> = { cpu: 0.002, webgpu: 0.3, cuda: 0.3 }

/**
 * How far `known` may be from the recorded one. It goes up by steps, of 0.05 where a class has twenty photos to rank among, and a
 * rounding may take one or two of them.
 */
const knownTolerances: Readonly<Record<Device, number>> = { cpu: 0.11, webgpu: 0.3, cuda: 0.3 }

/**
 * Whose tolerances hold for a model. One that computes in 8 bits has those of a GPU: where a runtime puts rounding and layer together
 * otherwise, a value in the middle of two steps becomes the other one, and logits move by a tenth or two. Graph and weights are compared to the bit.
 */
function strictness(device: Device, { precision }: Pick<ModelMetadata, 'precision'>): Device {
  return device === 'cpu' && precision?.weights === 'int8' ? 'webgpu' : device
}

/** How far a probability of a model may be from the recorded one. */
export function toleranceOf(device: Device, facts: Pick<ModelMetadata, 'precision'>): number {
  return tolerances[strictness(device, facts)]
}

/** How far its `known` may be. */
export function knownToleranceOf(device: Device, facts: Pick<ModelMetadata, 'precision'>): number {
  return knownTolerances[strictness(device, facts)]
}

/** What the golden photos of a model are compared by. */
export type GoldenFacts = Pick<ModelMetadata, 'golden' | 'labels' | 'precision'>

/** Smaller probabilities count as this: what they are is noise, and nobody is shown it. */
const floor = 1e-6

/**
 * What is wrong with an answer to golden photo `i`, as a clause; undefined where nothing is.
 *
 * @param answered - `known` is undefined where the model does not say
 */
export function goldenFault(
  { golden, labels, precision }: GoldenFacts,
  i: number,
  answered: { readonly probabilities: readonly number[]; readonly known: number | undefined },
  device: Device,
): string | undefined {
  const { probabilities: expected, known, label } = golden[i]
  const what = `golden photo ${i + 1} of ${golden.length}`
  const recorded = labels[argmax(expected)]
  if (label !== undefined && label !== recorded)
    return `${what} was "${label}", and the labels now make it "${recorded}"`
  const got = answered.probabilities
  const worst = labels
    .map((_, k) => distance(expected[k], got[k]))
    .reduce((a, b, k, all) => (b > all[a] ? k : a), 0)
  if (distance(expected[worst], got[worst]) > toleranceOf(device, { precision }))
    return `of ${what} it said ${show(expected[worst])} for "${labels[worst]}", and now says ${show(got[worst])}`
  if (known === undefined) return undefined
  const now = answered.known
  if (now !== undefined && Math.abs(now - known) <= knownToleranceOf(device, { precision })) return undefined
  return `how familiar ${what} is, its output "known", was ${show(known)}, and is ${now === undefined ? 'not said any more' : `now ${show(now)}`}`
}

/** Of two probabilities: the difference of their logarithms. */
export function distance(a: number, b: number): number {
  return Math.abs(Math.log(Math.max(a, floor) / Math.max(b, floor)))
}

function show(probability: number): string {
  return probability > 0 && probability < 0.001 ? probability.toExponential(1) : probability.toFixed(3)
}
