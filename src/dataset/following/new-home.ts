import { ignoredName, labelOfFolder, partName } from '../folders/index.js'
import type { LabelledFile } from '../labels/index.js'
import type { ListedPhotos } from '../list-photos.js'

/** What a folder's name may have on the usual file systems, and something for a number behind it. */
const MAX_NAME_BYTES = 200

/** What some system forbids in a name. */
const unusable = /[\p{Cc}\p{Cs}<>:"/\\|?*]/u

/** Devices of Windows: nothing can be called so. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** Why a class cannot be called so. */
export const nameProblems = {
  empty: 'it is empty',
  signs: 'a folder cannot have < > : " / \\ | ? * or a line break in its name everywhere',
  ends: 'a folder cannot begin or end with a point or a space everywhere',
  long: `it is longer than ${MAX_NAME_BYTES} bytes`,
  device: 'Windows calls a device so',
  unread: 'no folder of that name is read for photos',
  part: 'a folder of that name is taken for a part of the data',
} as const

export interface NameProblem {
  readonly kind: keyof typeof nameProblems
  /** Half a sentence. */
  readonly words: string
}

/** Why a class cannot be called so, as its photos lie in a folder of that name; undefined where it can. */
export function classNameProblem(name: string): NameProblem | undefined {
  const kind = nameProblemKind(name)
  return kind && { kind, words: nameProblems[kind] }
}

function nameProblemKind(name: string): NameProblem['kind'] | undefined {
  if (name.trim() === '') return 'empty'
  if (unusable.test(name)) return 'signs'
  if (/^[.\s]|[.\s]$/.test(name)) return 'ends'
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return 'long'
  if (deviceNames.test(name)) return 'device'
  if (ignoredName(name, true) !== undefined || /^set-aside/i.test(name)) return 'unread'
  return partName(name)?.rest === '' ? 'part' : undefined
}

/**
 * The folder in which a photo of another class lies, beside the one that it lies in: `train/dog` for `train/cat`, `dog/train` for
 * `cat/train`. Undefined where the photo's folder does not say its class.
 */
export function newHome(
  { homes }: Pick<ListedPhotos, 'homes'>,
  { home, label, split }: LabelledFile,
  to: string,
): string | undefined {
  if (home === undefined) return undefined
  const steps = home.split('/')
  const named = steps.findLastIndex(step => labelOfFolder(step) === label)
  if (named < 0) return undefined
  const beside = steps.with(named, to).join('/')
  const known = homes.filter(one => one.label === to && one.split === split).map(({ folder }) => folder)
  return known.includes(beside) ? beside : (known.find(folder => folder !== undefined) ?? beside)
}
