import { extname } from 'node:path'

/** What else lies in a data set's folders, and is left out: each kind with the words a report uses for it. */
const oddityKinds = [
  ['hidden', 'hidden files and folders'],
  ['system', 'files that operating systems and archives leave behind'],
  ['other-file', 'files that are not photos (texts, tables, videos, archives, models)'],
  ['run', 'folders of training runs and of what else chiquito writes'],
  ['outside', 'files that lie in no class folder'],
  ['extra-folder', 'folders beside the train and valid folders'],
  ['link-outside', 'links that lead out of the data set'],
  ['broken-link', 'links that lead nowhere'],
  ['link-loop', 'links to a folder that is read already'],
  ['special', 'pipes, sockets and devices'],
  ['bad-name', 'files whose names are not valid UTF-8'],
  ['forbidden', 'files that may not be read'],
  ['large', 'files too large to be photos'],
  ['unlisted', 'files that metadata.jsonl gives no label'],
  ['missing', 'photos that metadata.jsonl names and that are not there'],
] as const

export type OddityKind = (typeof oddityKinds)[number][0]

/** How often something odd was met, with the first few paths (relative to the root) as examples. */
export interface Oddity {
  readonly kind: OddityKind
  readonly description: string
  readonly count: number
  readonly examples: readonly string[]
}

/** Enough to recognise a pattern; reports and logs must not grow with the mess they describe. */
const MAX_EXAMPLES = 10

/** Counts oddities while folders are read. */
export class OddityCounter {
  private readonly counts = new Map<OddityKind, { count: number; examples: string[] }>()

  add(kind: OddityKind, path: string): void {
    const entry = this.counts.get(kind) ?? { count: 0, examples: [] }
    entry.count++
    if (entry.examples.length < MAX_EXAMPLES) entry.examples.push(path)
    this.counts.set(kind, entry)
  }

  /** What was met, in the order of the table above. */
  list(): Oddity[] {
    return oddityKinds.flatMap(([kind, description]) => {
      const entry = this.counts.get(kind)
      if (entry === undefined) return []
      return [{ kind, description, count: entry.count, examples: entry.examples }]
    })
  }
}

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
    'txt md rst rtf json jsonl ndjson csv tsv xml yaml yml toml ini cfg conf log lst parquet arrow db sqlite ' +
    'py pyc ipynb js mjs ts sh bat ps1 c h cpp java css scss lnk url torrent ' +
    'pdf doc docx xls xlsx ppt pptx odt ods zip tar gz tgz bz2 xz 7z rar ' +
    'mp3 wav flac ogg m4a mp4 m4v mov avi mkv webm mpg mpeg wmv flv ' +
    'pth pt pkl onnx npy npz h5 hdf5 safetensors tflite pb ckpt mat part tmp crdownload lock'
  ).split(' '),
)

/** Files that this project itself keeps beside photos; read elsewhere and no oddity. */
const ownFiles = new Set(['metadata.jsonl', 'journal.jsonl', 'split.json'])

/** Why a name is left out without looking at it: an oddity, `own` for our own files, undefined for a candidate. */
export function ignoredName(name: string, isFolder: boolean): OddityKind | 'own' | undefined {
  const lower = name.toLowerCase()
  if (systemNames.has(lower)) return 'system'
  if (name.startsWith('.')) return 'hidden'
  if (isFolder) return undefined
  if (ownFiles.has(lower)) return 'own'
  return otherExtensions.has(extname(lower).slice(1)) ? 'other-file' : undefined
}
