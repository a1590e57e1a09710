import path from 'node:path'
import { argumentError, ChiquitoError } from '../core/index.js'
import {
  dealGroups,
  divideGroups,
  type Groupable,
  joined,
  partableGroups,
  type Split,
  type Tie,
} from '../dataset/index.js'
import { markOutput } from '../files/index.js'
import {
  type DivisionSettings,
  foldFile,
  type Gathered,
  gathered,
  type ManifestRow,
  writeFolder,
  writeManifest,
} from '../splitting/index.js'
import { lockOf, requireFree } from './split.js'
import { checkSplitOptions, type SplitOptions, settingsOf } from './split-options.js'
import { openPhotos, tiesIn } from './split-photos.js'
import { groupsIn, remarksOf, type SplitGroup } from './split-words.js'

/** One table: so many photos in each part. */
export interface FoldCounts {
  /** From 1. */
  readonly fold: number
  /** Absolute path of the table. */
  readonly manifest: string
  readonly train: number
  readonly valid: number
  readonly test: number
}

export interface SplitFoldsResult {
  /** Absolute paths. */
  readonly data: string
  readonly out: string
  readonly seed: number
  readonly folds: readonly FoldCounts[]
  readonly groups: readonly SplitGroup[]
  readonly remarks: readonly string[]
  readonly seconds: number
}

/**
 * Deals photos into folds and writes a table for each, in which that fold is measured on and the others are learnt from. With
 * `test`, photos are kept apart from all folds first.
 */
export async function splitFolds(
  options: SplitOptions & { readonly folds: number },
): Promise<SplitFoldsResult> {
  const started = performance.now()
  await checkSplitOptions(options)
  const settings = settingsOf(options)
  const out = path.resolve(options.out ?? '')
  const release = await lockOf(out)
  try {
    await requireFree(out, options)
    const data = gathered(await openPhotos(options))
    const ties = await tiesIn(data, options)
    const dealt = deal(data, ties, options.folds, settings)
    await writeFolder(out, async folder => {
      for (const [i, rows] of dealt.rows.entries())
        await writeManifest(path.join(folder, foldFile(i + 1)), rows)
      await markOutput(folder, 'folds')
    })
    return {
      data: data.root,
      out,
      seed: settings.seed,
      folds: dealt.rows.map((rows, i) => countsOf(i + 1, path.join(out, foldFile(i + 1)), rows)),
      groups: groupsIn(data.photos, ties, []),
      remarks: dealt.remarks,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    release()
  }
}

/** Photos with what keeps them together, to be dealt into folds again and again. */
export interface Dealer {
  /** Writes the tables of one deal into a folder that is not there yet, whole or not at all. Other seeds deal otherwise. */
  write(out: string, seed: number): Promise<void>
}

/**
 * Opens photos to deal them into folds several times: what belongs together is found once. Photos that a folder `test` keeps apart
 * stay apart.
 *
 * @throws `usage` where there are too few photos for so many folds; `io`, `data`, `interrupted`
 */
export async function openDealer(options: SplitOptions, folds: number): Promise<Dealer> {
  const data = gathered(await openPhotos(options))
  const ties = await tiesIn(data, options)
  const dealt = grouped(data, ties).filter(({ split }) => split !== 'test')
  requireFilled(dealt, data.labels.length, folds)
  return {
    async write(out, seed) {
      const { rows } = deal(data, ties, folds, { seed, test: null }, true)
      const release = await lockOf(out)
      try {
        await writeFolder(out, async folder => {
          for (const [i, lines] of rows.entries())
            await writeManifest(path.join(folder, foldFile(i + 1)), lines)
          await markOutput(folder, 'folds')
        })
      } finally {
        release()
      }
    },
  }
}

/**
 * The lines of each table.
 *
 * @param keepsTest - whether photos that lie in a folder `test` are in no fold
 */
function deal(
  data: Gathered,
  ties: readonly Tie[],
  k: number,
  { seed, test }: Pick<DivisionSettings, 'seed' | 'test'>,
  keepsTest = false,
): { rows: ManifestRow[][]; remarks: string[] } {
  const { labels } = data
  const used = grouped(data, ties)
  const apart = divideGroups(used, labels.length, { seed, valid: undefined, test: test ?? undefined })
  const rest = used.filter(({ split }, i) => apart.parts[i] !== 'test' && !(keepsTest && split === 'test'))
  requireFilled(rest, labels.length, k)
  const folds = dealGroups(rest, labels.length, { k, seed })
  const foldOf = new Map(rest.map((photo, i) => [photo, folds[i]]))
  const partIn = (fold: number, photo: (typeof used)[number]): Split => {
    const own = foldOf.get(photo)
    return own === undefined ? 'test' : own === fold ? 'valid' : 'train'
  }
  const rows = Array.from({ length: k }, (_, fold) =>
    used.map(photo => ({
      path: photo.path,
      label: labels[photo.label],
      part: partIn(fold, photo),
      sha256: photo.sha256,
    })),
  )
  const alone = new Set(rest.filter((_, i) => folds[i] < 0).map(({ label }) => labels[label]))
  const remarks = remarksOf({ labels, photos: used }, { ...apart, large: [] }, [])
  return { rows, remarks: [...remarks, ...aloneText([...alone])] }
}

/** The photos that can be used, each with the number of the group that it belongs to. */
function grouped({ photos }: Gathered, ties: readonly Tie[]) {
  const group = joined(photos.length, ties)
  return photos
    .map((photo, i) => ({ ...photo, group: group[i] }))
    .filter(({ facts, bytes }) => facts.problem === null && bytes > 0)
}

/** A fold without photos measures nothing. @throws `usage` for too many folds; `data` where there can be none */
function requireFilled(photos: readonly Groupable[], classes: number, k: number): void {
  const most = partableGroups(photos, classes)
  if (most >= k) return
  if (most < 2)
    throw new ChiquitoError(
      'data',
      'In every class there is one photo alone, or all photos belong together (copies, near copies, one page, person or clip): what is ' +
        'learnt from could not be told from what is measured. Add photos of other things of the same classes.',
    )
  throw argumentError(
    'folds',
    `${most === 2 ? '2' : `a whole number from 2 to ${most}`}, as that is how many photos, or groups of photos that belong together (copies, near ` +
      'copies, one page, person or clip), there are to measure on',
    k,
  )
}

function countsOf(fold: number, manifest: string, rows: readonly ManifestRow[]): FoldCounts {
  const count = (wanted: Split) => rows.filter(({ part }) => part === wanted).length
  return { fold, manifest, train: count('train'), valid: count('valid'), test: count('test') }
}

/** Classes that lie in no fold. */
function aloneText(alone: readonly string[]): string[] {
  if (alone.length === 0) return []
  const names = alone.slice(0, 5).map(label => `"${label}"`)
  return [
    `${names.join(', ')}${alone.length > names.length ? ', …' : ''}: photos that all belong together, or one alone, are learnt from in ` +
      'every fold and measured in none.',
  ]
}
