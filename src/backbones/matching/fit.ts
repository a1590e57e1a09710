import type { TensorSet, TensorShape } from '../files/pth.js'
import type { RegistryEntry } from '../registry.js'
import { resNetSpellings, type Spelling } from './spellings.js'

type Shapes = ReadonlyMap<string, TensorShape>

/** One way to see a network's tensors in a set of tensors. */
export interface Fit {
  readonly entry: RegistryEntry
  readonly set: TensorSet
  /** What all the names begin with. */
  readonly prefix: string
  readonly spelling: Spelling
  /** The set's name of every tensor, by the network's. */
  readonly names: ReadonlyMap<string, string>
  /** How many of the network's tensors are not there, or of another shape. */
  readonly missing: number
  /** A tensor that the network would have if it were larger. */
  readonly stray: string | undefined
}

const own: Spelling = { name: '', anchors: [], toOwn: name => name }

/** Few tensors tell where a network's names begin, even where some are missing. */
const anchorCount = 4

/** A file of ten thousand layers has no more places where a network may begin that are worth a look. */
const MAX_PREFIXES = 200

/** The best way to see a network in a set of tensors, by its own names or another program's. */
export function fitOf(entry: RegistryEntry, set: TensorSet): Fit {
  const spellings = entry.name.startsWith('resnet') ? [own, ...resNetSpellings] : [own]
  const fits = spellings.flatMap(spelling =>
    prefixesOf(entry, set.shapes, spelling).map(prefix => fitAt(entry, set, prefix, spelling)),
  )
  return fits.reduce((best, fit) => (isBetter(fit, best) ? fit : best))
}

/** Whether everything that the network needs is there, and nothing that only a larger one has. */
export function isWhole({ missing, stray }: Fit): boolean {
  return missing === 0 && stray === undefined
}

export function isBetter(fit: Fit, than: Fit): boolean {
  if (fit.missing !== than.missing) return fit.missing < than.missing
  if (isWhole(fit) !== isWhole(than)) return isWhole(fit)
  // A larger network holds the smaller one, too.
  return fit.entry.tensors.size > than.entry.tensors.size
}

function prefixesOf(entry: RegistryEntry, shapes: Shapes, { anchors }: Spelling): string[] {
  const ends = anchors.length > 0 ? anchors : [...entry.tensors.keys()].slice(0, anchorCount)
  const prefixes = new Set([''])
  for (const key of shapes.keys())
    for (const end of ends)
      if (key.endsWith(`.${end}`) && prefixes.size < MAX_PREFIXES) prefixes.add(key.slice(0, -end.length))
  return [...prefixes]
}

function fitAt(entry: RegistryEntry, set: TensorSet, prefix: string, spelling: Spelling): Fit {
  const names = new Map<string, string>()
  for (const key of set.shapes.keys()) {
    if (!key.startsWith(prefix)) continue
    const name = spelling.toOwn(key.slice(prefix.length))
    if (name !== undefined) names.set(name, key)
  }
  const isThere = ([name, shape]: [string, readonly number[]]) =>
    set.shapes.get(names.get(name) ?? '')?.shape.join() === shape.join()
  const missing = [...entry.tensors].filter(one => !isThere(one)).length
  return { entry, set, prefix, spelling, names, missing, stray: strayIn(entry, names) }
}

/** A layer of the network's kind that it lacks: a ResNet-34 holds a ResNet-18, and more. */
function strayIn({ tensors }: RegistryEntry, names: ReadonlyMap<string, string>): string | undefined {
  const part = (key: string) => key.split('.', 1)[0]
  const parts = new Set(Array.from(tensors.keys(), part))
  return [...names.keys()].find(
    key => parts.has(part(key)) && !tensors.has(key) && !key.endsWith('.num_batches_tracked'),
  )
}
