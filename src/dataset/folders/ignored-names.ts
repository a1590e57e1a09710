import { extname } from 'node:path'
import { partName } from './part-names.js'

/** Left behind by Windows, macOS, Synology, archivers, Python and lost+found; lower case. */
const systemNames = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'icon\r',
  '__macosx',
  '__pycache__',
  '@eadir',
  '#recycle',
  '$recycle.bin',
  'system volume information',
  'lost+found',
])

/**
 * Extensions that no photo carries. Short on purpose: photos from the web are called `pic.asp`, `image.php` or
 * nothing at all, so whatever is not listed here is opened, and its content decides.
 */
const otherExtensions = new Set(
  (
    'txt md rst rtf json xml yaml yml toml ini cfg conf log lst arrow db sqlite ' +
    'py pyc ipynb js mjs ts sh bat ps1 c h cpp java css scss lnk url torrent ' +
    'pdf doc docx xls xlsx xlsm numbers ppt pptx odt ods zip tar gz tgz bz2 xz 7z rar ' +
    'mp3 wav flac ogg m4a mp4 m4v mov avi mkv webm mpg mpeg wmv flv ' +
    'pth pt pkl onnx npy npz h5 hdf5 safetensors tflite pb ckpt mat part tmp crdownload lock'
  ).split(' '),
)

/** What archives bring beside photos and what has no extension. */
const documents = new Set(
  'readme license licence copying notice changelog changes authors contributors citation version manifest makefile'.split(
    ' ',
  ),
)

/** Files that this project itself keeps beside photos; read elsewhere and no oddity. */
const ownFiles = new Set([
  '.collect.jsonl',
  '.collect.lock',
  '.journal.lock',
  'attribution.html',
  'attribution.md',
  'rate-finder.svg',
  'journal.jsonl',
  'split.json',
])

/** Extensions of files that may give photos their labels. */
const tableExtensions = new Set(['csv', 'tsv', 'tab', 'jsonl', 'ndjson', 'parquet'])

/** Texts that list photos go by such names (`val_annotations.txt`, `labels.txt`, `images.txt`), or by those of parts. */
const listName = /annotation|label|^images\.txt$/

/** What photos are usually called; for messages, never to decide what is read. */
const photoExtensions = new Set(
  'jpg jpeg jpe jfif png webp gif bmp tif tiff avif heic heif jxl jp2'.split(' '),
)

/** Whether a file's name is a spreadsheet's. */
export function isSheet(name: string): boolean {
  return /\.(xlsx?|xlsm|ods|numbers)$/i.test(name) && !name.startsWith('~$')
}

/** Whether a file's name is a photo's. */
export function looksLikePhoto(path: string): boolean {
  return photoExtensions.has(extname(path).slice(1).toLowerCase())
}

/**
 * Why a name is not taken for a photo or a folder of photos without looking at it: an oddity, `own` for our own files,
 * `table` for what may hold labels; undefined for a candidate.
 */
export function ignoredName(
  name: string,
  isFolder: boolean,
): 'system' | 'hidden' | 'other-file' | 'own' | 'table' | undefined {
  const lower = name.toLowerCase()
  if (systemNames.has(lower)) return 'system'
  if (!isFolder && ownFiles.has(lower)) return 'own'
  if (name.startsWith('.')) return 'hidden'
  if (isFolder) return undefined
  const extension = extname(lower).slice(1)
  const isList = extension === 'txt' && (listName.test(lower) || partName(name.slice(0, -4)) !== undefined)
  if (tableExtensions.has(extension) || isList) return 'table'
  if (documents.has(lower)) return 'other-file'
  return otherExtensions.has(extension) ? 'other-file' : undefined
}
