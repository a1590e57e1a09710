import { plural, said } from '../../core/index.js'
import { exactCopies } from '../../dataset/index.js'
import type { CheckedPhoto, QuickCheck } from '../check.js'
import type { Finding } from '../finding.js'
import type { Judged } from './photo-check.js'

/** Names told in a sentence. */
const NAMED = 3

/** Byte for byte the same file, several times. */
export const exactCopiesCheck: QuickCheck = {
  name: 'exact-copies',
  title: 'Exact copies',
  depth: 'quick',
  finds: 'Files that are byte for byte the same: in one class, in several, or on both sides of a division.',
  why:
    'A copy in another class teaches that one photo is two things. A copy among the photos measured on makes the measure too ' +
    'good. Other copies only count one photo several times.',
  advice:
    'Keep one of each; `--fix` moves the others aside. Of a copy in another class, look which class is right.',
  run: ({ photos, labels }) =>
    exactCopies(photos).map(group => {
      const { what, said, weight } = inWords(group, labels)
      return {
        check: 'exact-copies',
        photos: group.map(({ path }) => path),
        certain: true,
        message: `${list(group)} ${what}.`,
        said,
        weight,
      } satisfies Finding
    }),
}

function inWords(group: readonly CheckedPhoto[], labels: readonly string[]): Judged {
  const classes = [...new Set(group.map(({ label }) => labels[label]))]
  const same = group.length === 2 ? 'are the same file' : `are ${plural(group.length, 'time')} the same file`
  if (classes.length > 1)
    return {
      what: `${same} in the classes ${quoted(classes)}: at most one of them is right`,
      said: said('exact-classes', group.length, classes.join(', ')),
      weight: 3,
    }
  const sides = new Set(group.map(({ split }) => split))
  if (sides.has('train') && sides.size > 1)
    return {
      what: `${same}, learnt from and measured on`,
      said: said('exact-sides', group.length),
      weight: 2,
    }
  return { what: same, said: said('exact', group.length), weight: 1 }
}

function quoted(names: readonly string[]): string {
  const all = names.map(name => `"${name}"`)
  return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

function list(group: readonly CheckedPhoto[]): string {
  const named = group.slice(0, NAMED).map(({ path }) => `"${path}"`)
  const more = group.length - named.length
  if (more > 0) return `${named.join(', ')} and ${more} more`
  return `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
}
