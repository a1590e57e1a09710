import { ChiquitoError, messageOf } from '../core/index.js'
import type { Device } from '../engine/index.js'
import { decode } from '../images/index.js'
import type { ModelMetadata } from '../run/index.js'
import { type GoldenFacts, goldenFault } from './golden-answers.js'

/** Golden photos that are asked for on opening: training writes at most as many, and each costs one run. */
const mostAsked = 4

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

/**
 * Asks a model about the golden photos it carries: exact pixels, and what it answered when it was made. So a copy whose
 * weights were damaged, a graph under another's metadata, and labels that no longer belong to the outputs are found
 * before anything is said of anybody's photo.
 *
 * @param judge - answers to views [views, size, size, 3]
 * @throws `model` naming what differs: photo, label, expected and got
 */
export async function checkGolden(
  facts: GoldenFacts & Pick<ModelMetadata, 'view'>,
  judge: (views: Uint8Array, count: number) => Promise<Answers>,
  { path, device }: { readonly path: string; readonly device: Device },
): Promise<void> {
  const { golden, view } = facts
  const { size } = view
  for (const [i, { png }] of golden.slice(0, mostAsked).entries()) {
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
    const { probabilities, known } = await judge(data, 1)
    const answered = { probabilities: probabilities[0], known: known?.[0] }
    const fault = goldenFault(facts, i, answered, device)
    if (fault !== undefined) throw refuse(fault)
  }
}
