import { isPlainPart } from '../../dataset/index.js'

/** Digits of a photo's number: more photos of one class than that make longer names, and nothing else. */
const DIGITS = 5

/** A keyword may be a whole sentence; folders with longer names cannot be made everywhere. */
const MAX_FOLDER_BYTES = 120

/** The extension by which other tools know that they can open a format. */
export function extensionOf(format: string): string {
  return format === 'jpeg' ? 'jpg' : format
}

/** Devices of Windows: no folder can be called so. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** What a photo's name is made of. */
export interface Nameable {
  /** From 1, by class folder: numbers are not given twice. */
  readonly number: number
  /** Names that were tried before and are taken. */
  readonly attempt: number
  readonly address: string
  /** Told by its content. */
  readonly format: string
}

/** Names a photo; without a folder. */
export type Naming = (photo: Nameable) => string

export const byNumber: Naming = ({ number, format }) => fileNameOf('', number, format)

/** A photo's path relative to the collection: `dog/00012.jpg`. */
export function fileNameOf(folder: string, number: number, format: string): string {
  const name = `${String(number).padStart(DIGITS, '0')}.${extensionOf(format)}`
  return folder === '' ? name : `${folder}/${name}`
}

/**
 * The class folder for a keyword or label: the same word, as far as every system can have a folder of that name and none
 * takes it for something else. Empty where nothing is left of it.
 */
export function folderNameOf(label: string): string {
  const plain = label
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const cut = cutTo(plain, MAX_FOLDER_BYTES).replace(/^[.\s]+|[.\s]+$/g, '')
  // What stands for a part of a data set is read as one, also inside a name: "toy train" as photos to learn from.
  const safe = cut.replace(/\p{L}+/gu, word => (isPlainPart(word) ? `${word}s` : word))
  return deviceNames.test(safe) ? `${safe}_` : safe
}

/** A class folder's name as systems compare it that do not tell upper and lower case. */
export function foldedFolderOf(label: string): string {
  return folderNameOf(label).toLowerCase()
}

/** The beginning of a text that takes at most so many bytes as UTF-8. */
function cutTo(text: string, bytes: number): string {
  let size = 0
  let cut = ''
  for (const sign of text) {
    size += Buffer.byteLength(sign)
    if (size > bytes) return cut
    cut += sign
  }
  return cut
}
