import { nameOf } from '../folders/index.js'

/** Fewest photos of each class for file names to be offered as labels: fewer are numbers or dates. */
const FEWEST_A_CLASS = 2

/** What cameras, telephones and programs begin file names with. */
const machineWords = new Set(
  'mg img imag image dsc dscn dscf pxl mvimg p pic pict picture photo screenshot whatsapp wa gopr frame crop'.split(
    ' ',
  ),
)

/** Classes named in a message; more would not be read. */
const MOST_NAMED = 3

/**
 * The class that a photo's file name begins with: what stands before its number (`cat.0.jpg`, `cat_001.jpg`,
 * `n01440764_10026.JPEG`, `cat (1).png`), or after a number at the front (`001_cat.jpg`). Undefined where no letter is left.
 */
export function labelOfName(path: string): string | undefined {
  const name = nameOf(path).normalize('NFC')
  const bare = name.replace(/\.[a-z]{3,4}$/i, '')
  const label =
    /^(.*?)[\s._\-(]*\d+\)?$/u.exec(bare)?.[1] ?? /^\d+[\s._-]+(.+)$/u.exec(bare)?.[1] ?? undefined
  return label !== undefined && /\p{L}/u.test(label) ? label : undefined
}

/** What file names would give as classes, as a sentence; undefined where they give none worth offering. */
export function offerNames(paths: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const label = labelOfName(path)
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  const labelled = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const isLikely =
    counts.size > 1 &&
    ![...counts.keys()].every(isOfMachine) &&
    labelled > paths.length / 2 &&
    [...counts.values()].every(count => count >= FEWEST_A_CLASS)
  if (!isLikely) return undefined
  const named = [...counts].slice(0, MOST_NAMED).map(([label, count]) => `"${label}" ${count}`)
  const more = counts.size > MOST_NAMED ? `, ${counts.size} classes in all` : ''
  return `The file names seem to say the classes (${named.join(', ')}${more}): --labels-from names takes them.`
}

/** Whether a name is a machine's (`IMG`, `DSC_2021`), which says nothing of what the photo shows. */
function isOfMachine(label: string): boolean {
  const words = label.toLowerCase().split(/[^\p{L}]+/u)
  return words.every(word => word === '' || machineWords.has(word))
}
