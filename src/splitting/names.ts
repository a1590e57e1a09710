import type { Split } from '../dataset/index.js'
import { nameWith, plainName } from '../files/index.js'

/** Names longer than this cannot be made everywhere. */
const MAX_BYTES = 200

/** What is needed to name a photo's place. */
interface Placed {
  /** Where it lies now, with `/`. */
  readonly path: string
  readonly label: string
  /** Undefined where it is left out. */
  readonly part: Split | undefined
}

/**
 * Where each photo goes: `train/cat/1.jpg`, named as it was. Photos of one class that have the same name, in any letter case, are
 * numbered: `1.jpg`, `1-2.jpg`.
 *
 * @param labels - all there are
 * @param taken - names given before, or there already
 * @returns a path each, relative to the new data set; undefined for what is left out
 */
export function placesOf(
  photos: readonly Placed[],
  { labels, taken = [] }: { labels: readonly string[]; taken?: readonly string[] },
): (string | undefined)[] {
  const names = new Set(taken.map(keyOf))
  const folders = foldersOf(labels)
  const places: (string | undefined)[] = new Array(photos.length)
  // By path, so that the order in which photos come changes nothing.
  const order = photos.map((_, i) => i).sort((a, b) => (photos[a].path < photos[b].path ? -1 : 1))
  for (const i of order) {
    const { path, part, label } = photos[i]
    if (part === undefined) continue
    const folder = `${part}/${folders.get(label)}`
    const name = path.slice(path.lastIndexOf('/') + 1)
    for (let number = 1; places[i] === undefined; number++) {
      const free = number === 1 ? name : nameWith(name, `-${number}`)
      const place = `${folder}/${free}`
      if (names.has(keyOf(place))) continue
      names.add(keyOf(place))
      places[i] = place
    }
  }
  return Array.from(places)
}

/** Whether a label can be the name of a folder everywhere, so that the folder says it. */
export function isFolderName(label: string): boolean {
  return folderNameOf(label) === label
}

/** A folder for every label; two labels never share one. */
function foldersOf(labels: readonly string[]): Map<string, string> {
  const folders = new Map<string, string>()
  const taken = new Set<string>()
  const all = [...new Set(labels)].sort()
  // Those that keep their name come first.
  for (const label of [...all.filter(isFolderName), ...all.filter(label => !isFolderName(label))]) {
    const name = folderNameOf(label)
    let free = name
    for (let number = 2; taken.has(keyOf(free)); number++) free = `${name}-${number}`
    taken.add(keyOf(free))
    folders.set(label, free)
  }
  return folders
}

function folderNameOf(label: string): string {
  return plainName(label, MAX_BYTES) || 'class'
}

function keyOf(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
