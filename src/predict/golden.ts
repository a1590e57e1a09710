import { argmax, ChiquitoError, messageOf } from '../core/index.js'
import type { Device } from '../engine/index.js'
import { decode } from '../images/index.js'
import type { ModelMetadata } from '../run/index.js'

/** Golden photos that are asked for on opening: training writes at most as many, and each costs one run. */
const mostAsked = 4

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

/** What is said of a model without any, behind its name. */
export const NO_GOLDEN_PHOTOS =
  'carries no golden photos (none could be read any more when it was made, or they were taken out), so nothing shows whether it ' +
  'answers as it did then'

/** What a model says of views. */
export interface Answers {
  /** [views][labels] */
  readonly probabilities: readonly (readonly number[])[]
  /** [views]; undefined where the model does not say. */
  readonly known: ArrayLike<number> | undefined
}

/** Smaller probabilities count as this: what they are is noise, and nobody is shown it. */
const floor = 1e-6

/**
 * Asks a model about the golden photos it carries: exact pixels, and what it answered when it was made. So a copy whose
 * weights were damaged, a graph under another's metadata, and labels that no longer belong to the outputs are found
 * before anything is said of anybody's photo.
 *
 * @param judge - answers to views [views, size, size, 3]
 * @throws `model` naming what differs: photo, label, expected and got
 */
export async function checkGolden(
  {
    golden,
    labels,
    view: { size },
    precision,
  }: Pick<ModelMetadata, 'golden' | 'labels' | 'view' | 'precision'>,
  judge: (views: Uint8Array, count: number) => Promise<Answers>,
  { path, device }: { readonly path: string; readonly device: Device },
): Promise<void> {
  for (const [i, { png, probabilities: expected, known, label }] of golden.slice(0, mostAsked).entries()) {
    const what = `golden photo ${i + 1} of ${golden.length}`
    const refuse = (why: string) =>
      new ChiquitoError(
        'model',
        `"${path}" does not answer as it did when it was made: ${why}. Its weights, its graph or its labels were ` +
          'changed or damaged: copy it again from where it was trained, or train again. Where another program was to make it ' +
          'smaller: chiquito export makes files that are checked.',
      )
    const { width, height, data } = await decode(png, { name: what, shortSide: size }).catch(error => {
      throw refuse(messageOf(error).replace(/\.$/, ''))
    })
    if (width !== size || height !== size)
      throw refuse(`${what} has ${width} x ${height} pixels, and it reads ${size} x ${size}`)
    const recorded = labels[argmax(expected)]
    if (label !== undefined && label !== recorded)
      throw refuse(`${what} was "${label}", and the labels now make it "${recorded}"`)
    const answers = await judge(data, 1)
    const [got] = answers.probabilities
    const worst = labels
      .map((_, k) => distance(expected[k], got[k]))
      .reduce((a, b, k, all) => (b > all[a] ? k : a), 0)
    if (distance(expected[worst], got[worst]) > toleranceOf(device, { precision }))
      throw refuse(
        `of ${what} it said ${show(expected[worst])} for "${labels[worst]}", and now says ${show(got[worst])}`,
      )
    if (known === undefined) continue
    const knownNow = answers.known?.[0]
    if (knownNow === undefined || Math.abs(knownNow - known) > knownToleranceOf(device, { precision }))
      throw refuse(
        `how familiar ${what} is, its output "known", was ${show(known)}, and is ${knownNow === undefined ? 'not said any more' : `now ${show(knownNow)}`}`,
      )
  }
}

/** Of two probabilities: the difference of their logarithms. */
export function distance(a: number, b: number): number {
  return Math.abs(Math.log(Math.max(a, floor) / Math.max(b, floor)))
}

function show(probability: number): string {
  return probability > 0 && probability < 0.001 ? probability.toExponential(1) : probability.toFixed(3)
}
