import { ignoredName, labelOfFolder, partName } from '../folders/index.js'
import type { LabelledFile } from '../labels/index.js'
import type { ListedPhotos } from '../list-photos.js'

/** What a folder's name may have on the usual file systems, and something for a number behind it. */
const MAX_NAME_BYTES = 200

/** What some system forbids in a name. */
const unusable = /[\p{Cc}\p{Cs}<>:"/\\|?*]/u

/** Devices of Windows: nothing can be called so. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** Why a class cannot be called so, as its photos lie in a folder of that name; undefined where it can. */
export function classNameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty'
  if (unusable.test(name))
    return 'a folder cannot have < > : " / \\ | ? * or a line break in its name everywhere'
  if (/^[.\s]|[.\s]$/.test(name)) return 'a folder cannot begin or end with a point or a space everywhere'
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `it is longer than ${MAX_NAME_BYTES} bytes`
  if (deviceNames.test(name)) return 'Windows calls a device so'
  if (ignoredName(name, true) !== undefined || /^set-aside/i.test(name))
    return 'no folder of that name is read for photos'
  if (partName(name)?.rest === '') return 'a folder of that name is taken for a part of the data'
  return undefined
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
