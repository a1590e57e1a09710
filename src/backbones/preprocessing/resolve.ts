import path from 'node:path'
import { argumentError, ChiquitoError } from '../../core/index.js'
import type { Preprocessing } from '../backbone.js'
import { checkGiven, givenPreprocessing, givesNumbers, type PreprocessingOptions } from './given.js'
import { describePreprocessing, type Finding, isSame, rawBytes } from './preprocessing.js'

/** Layers at a network's beginning that prepare photos. */
export interface InnerLayers {
  /** What they expect: bytes, or values from 0 to 1. */
  readonly input: Preprocessing
  /** What they make of bytes that were brought to that. */
  readonly whole: Preprocessing
}

/** All that is known of how a network's photos are prepared. */
export interface Sources {
  /** The network's file. */
  readonly file: string
  /** What the person says. */
  readonly given?: PreprocessingOptions | undefined
  /** Whether the network's input is bytes: then it prepares photos itself. */
  readonly takesBytes?: boolean | undefined
  readonly inside?: InnerLayers | undefined
  /** What is written in the file and beside it, the nearest first. */
  readonly stated: readonly Finding[]
  /** What is taken where nobody says anything, and whose it is. */
  readonly usual: { readonly preprocessing: Preprocessing; readonly name: string }
}

export interface Resolved {
  readonly preprocessing: Preprocessing
  /** What was used and where from, in a sentence. */
  readonly notice: string
}

/**
 * How photos are prepared: what the person says, else what the network does itself, else what is stated, else what is
 * usual.
 *
 * @throws ChiquitoError `usage` for options that cannot be, `model` where sources contradict each other.
 */
export function resolvePreprocessing(sources: Sources): Resolved {
  const { file, given = {}, takesBytes, inside } = sources
  checkGiven(given)
  if (takesBytes && givesNumbers(given))
    throw argumentError(
      'mean, std and range',
      `left out for ${path.basename(file)}, which takes bytes and prepares photos itself`,
      given,
    )
  const found = givesNumbers(given) ? undefined : foundIn(sources)
  const preprocessing = givenPreprocessing(given, found?.preprocessing ?? sources.usual.preprocessing)
  const what = describePreprocessing(preprocessing)
  const isGiven = Object.values(given).some(value => value !== undefined)
  if (!isGiven) return { preprocessing, notice: noticeOf(file, what, found, sources.usual.name) }
  const rest = found
    ? `; the rest from ${found.source}`
    : givesNumbers(given)
      ? ''
      : `; the rest is ${sources.usual.name}`
  const twice =
    inside && givesNumbers(given) ? ' The network itself prepares photos once more, by its first nodes.' : ''
  return {
    preprocessing,
    notice: `Preprocessing of ${path.basename(file)}: ${what}, as given${rest}.${twice}`,
  }
}

function noticeOf(file: string, what: string, found: Finding | undefined, usual: string): string {
  const name = path.basename(file)
  if (found)
    return `Preprocessing of ${name}: ${what}, from ${found.source}.${found.note ? ` ${found.note}` : ''}`
  return `Preprocessing of ${name}: neither the file nor one beside it says how its photos are prepared, so ${usual} are assumed: ${what}. ${howToSay}`
}

export const howToSay =
  'If it was trained otherwise, say so with --mean, --std, --channels or --range (in the library: preprocessing).'

function foundIn(sources: Sources): Finding | undefined {
  const { takesBytes, inside } = sources
  const stated = agreed(sources)
  if (takesBytes) return { source: 'the network itself, which takes bytes', preprocessing: rawBytes }
  if (!inside) return stated
  const isIn = (preprocessing: Preprocessing) =>
    [inside.input, inside.whole].some(one => isSame(one, preprocessing))
  if (stated?.preprocessing && !isIn(stated.preprocessing)) throw contradiction(sources, stated, inside)
  return {
    source: 'its own first layers',
    preprocessing: inside.input,
    note: `They make of it ${describePreprocessing(inside.whole)}; nothing is normalised twice.`,
  }
}

/** What all that is stated says. */
function agreed({ file, stated }: Sources): Finding | undefined {
  const [first, ...others] = stated.filter(({ preprocessing }) => preprocessing !== undefined)
  for (const other of others)
    if (first.preprocessing && other.preprocessing && !isSame(first.preprocessing, other.preprocessing))
      throw new ChiquitoError(
        'model',
        `It is not clear how photos are prepared for ${file}: ${says(first)}, but ${says(other)}. Take away the file that is not the network's, or give mean and std yourself.`,
      )
  return first
}

function contradiction({ file }: Sources, stated: Finding, { whole, input }: InnerLayers): ChiquitoError {
  return new ChiquitoError(
    'model',
    `It is not clear how photos are prepared for ${file}: its first layers make of ${describePreprocessing(input)} ${describePreprocessing(whole)}, but ${says(stated)}. Give the range alone where the layers are enough, or mean and std where both are meant.`,
  )
}

function says({ source, preprocessing }: Finding): string {
  return `${source} says ${preprocessing ? describePreprocessing(preprocessing) : 'nothing'}`
}
