import path from 'node:path'
import { ChiquitoError, shellWord } from '../../core/index.js'
import { howToSave, type TensorSet, type TensorShape } from '../files/pth.js'
import type { RegistryEntry } from '../registry.js'
import { Weights } from '../weights.js'
import { type Fit, fitOf, isBetter, isWhole } from './fit.js'

/** The weights that were found for a network in a file. */
export interface Chosen {
  readonly entry: RegistryEntry
  readonly weights: Weights
  /** What was chosen and what was not, in sentences. */
  readonly notices: readonly string[]
}

/**
 * Names under which checkpoints keep several sets of weights, the better ones first: averages over training (EMA, SWA, a
 * teacher) are what their authors evaluate.
 */
const preferred: readonly RegExp[] = [
  /(^|[._])(ema|swa|averaged|average)([._]|$)|_ema|ema_/i,
  /(^|[._])(teacher|target)([._]|$)/i,
  /(^|[._])(state_dict|model_state_dict|model_state|model|net|network)([._]|$)/i,
]

function rankOf({ set, prefix }: Fit): number {
  const place = preferred.findIndex(one => one.test(set.path) || one.test(prefix))
  return place < 0 ? preferred.length : place
}

/**
 * The weights of a network in a file: under whatever name they lie, whatever their names begin with.
 *
 * @param sets what the file holds.
 * @param expected the network that is asked for; any where absent.
 * @throws ChiquitoError `model` where they do not fit: the first tensors that differ, and which network fits better.
 */
export function chooseWeights(
  sets: readonly TensorSet[],
  file: string,
  entries: readonly RegistryEntry[],
  expected?: RegistryEntry,
): Chosen {
  const fits = fitsOf(sets, expected ? [expected] : entries)
  const whole = fits.filter(isWhole)
  if (whole.length === 0) throw misfit(sets, file, entries, expected, fits)
  const best = whole.reduce((one, other) => (rankOf(other) < rankOf(one) ? other : one))
  const tensors = new Map(
    [...best.names]
      .filter(([name]) => isUsed(best.entry, name))
      .map(([name, key]) => [name, best.set.get(key)]),
  )
  return { entry: best.entry, weights: new Weights(tensors, file), notices: noticesOf(best, whole, file) }
}

const heads: ReadonlySet<string> = new Set(['fc.weight', 'fc.bias', '_fc.weight', '_fc.bias'])

/** What the network needs, and its classifier. */
function isUsed({ tensors }: RegistryEntry, name: string): boolean {
  return tensors.has(name) || heads.has(name)
}

function fitsOf(sets: readonly TensorSet[], entries: readonly RegistryEntry[]): Fit[] {
  return sets.flatMap(set => entries.map(entry => fitOf(entry, set)))
}

const MOST_NAMED = 3

function noticesOf(best: Fit, whole: readonly Fit[], file: string): string[] {
  const { set, prefix, spelling, entry } = best
  const others = [...new Set(whole.map(fit => fit.set.path))].filter(one => one !== set.path)
  const used = new Set([...entry.tensors.keys()].map(name => best.names.get(name)))
  const left = [...set.shapes.keys()].filter(key => !used.has(key) && !key.endsWith('.num_batches_tracked'))
  const plainHead = left.every(key => heads.has(key.slice(prefix.length)))
  if (set.path === '' && prefix === '' && spelling.name === '' && plainHead) return []
  const facts = [
    set.path === '' ? '' : `taken from ${quoted(set.path)}`,
    prefix === '' ? '' : `names without ${quoted(prefix)}`,
    spelling.name === '' ? '' : `by ${spelling.name}`,
    others.length === 0 ? '' : `not used: ${others.map(quoted).join(', ')}, which would fit, too`,
    left.length === 0
      ? ''
      : `left out: ${listed(left, key => `${key} [${set.shapes.get(key)?.shape.join(', ')}]`)}`,
  ].filter(fact => fact !== '')
  return [`Weights of ${entry.name} from ${path.basename(file)}: ${facts.join('; ')}.`]
}

const quoted = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

function listed(keys: readonly string[], show: (key: string) => string): string {
  const named = keys.slice(0, MOST_NAMED).map(show).join(', ')
  return keys.length > MOST_NAMED ? `${named} and ${keys.length - MOST_NAMED} more` : named
}

/** Why the weights of a file are of no network, or not of the one asked for. */
function misfit(
  sets: readonly TensorSet[],
  file: string,
  entries: readonly RegistryEntry[],
  expected: RegistryEntry | undefined,
  fits: readonly Fit[],
): ChiquitoError {
  const nearest = fits.reduce((best, fit) => (isBetter(fit, best) ? fit : best))
  const { entry, missing } = nearest
  const other =
    expected &&
    fitsOf(
      sets,
      entries.filter(one => one !== expected),
    ).find(isWhole)
  const better = other
    ? ` They are the weights of ${other.entry.name}: --backbone ${shellWord(`${other.entry.name}=${file}`)}`
    : ''
  if (!expected && missing > entry.tensors.size / 2) return unknown(sets, file, entries)
  return new ChiquitoError(
    'model',
    `${file} does not hold the weights of ${entry.name}: ${differences(nearest)}.${better === '' && missing > entry.tensors.size / 2 ? ` ${whatItHolds(sets)} If they are of another network, export that as an .onnx file and give it.` : better}`,
  )
}

function unknown(sets: readonly TensorSet[], file: string, entries: readonly RegistryEntry[]): ChiquitoError {
  return new ChiquitoError(
    'model',
    `${file} holds none of the networks known here (${entries.map(entry => entry.name).join(', ')}). ${whatItHolds(sets)} Export the network as an .onnx file and give that; where the file holds more than weights, ${howToSave}.`,
  )
}

function whatItHolds(sets: readonly TensorSet[]): string {
  const largest = sets.reduce((one, other) => (other.shapes.size > one.shapes.size ? other : one))
  const [first] = largest.shapes
  return `Its ${largest.shapes.size} tensors begin with ${first ? `${first[0]} [${first[1].shape.join(', ')}]` : 'none'}.`
}

/** The first tensors that are missing or of another shape. */
function differences({ entry, set, names, stray, missing }: Fit): string {
  if (missing === 0) return `it has a tensor ${stray} more`
  const wrong = [...entry.tensors].flatMap(([name, shape]) => {
    const found: TensorShape | undefined = set.shapes.get(names.get(name) ?? '')
    if (!found) return [`tensor ${name} is missing`]
    if (found.shape.join() === shape.join()) return []
    return [`tensor ${name} must be [${shape.join(', ')}], but is [${found.shape.join(', ')}]`]
  })
  const named = wrong.slice(0, MOST_NAMED).join('; ')
  return wrong.length > MOST_NAMED ? `${named}; and ${wrong.length - MOST_NAMED} more` : named
}
