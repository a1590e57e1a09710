import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError } from '../core/index.js'
import { listedIn, type ManifestSplit, type Split } from '../dataset/index.js'
import {
  gathered,
  type LeakingGroup,
  leakingGroups,
  manifestsAt,
  readManifest,
  type SplitLeak,
  splitLeaks,
} from '../splitting/index.js'
import { checkSplitOptions, type SplitOptions } from './split-options.js'
import { openPhotos, tiesIn } from './split-photos.js'

/** A pair that leaks, and in which division, where several are judged. */
export interface DividedLeak extends SplitLeak {
  /** Name of the manifest; undefined where folders or one table divide the photos. */
  readonly division?: string | undefined
}

export interface CheckSplitResult {
  /** Absolute. */
  readonly data: string
  /** Photos looked at. */
  readonly photos: number
  /** Manifests that were judged; none where folders divide. */
  readonly divisions: readonly string[]
  /** Every pair of photos that belong together, one learnt from, one measured on. Paths relative to the folder of photos. */
  readonly leaks: readonly DividedLeak[]
  /** The same as whole groups. */
  readonly groups: readonly LeakingGroup[]
  /** Where manifests and photos differ: what was not judged. */
  readonly notices: readonly string[]
  readonly seconds: number
}

/** Judges a division that is there: by folders, or by manifests of the photos. */
export async function checkSplit(options: SplitOptions): Promise<CheckSplitResult> {
  const started = performance.now()
  await checkSplitOptions({ ...options, check: true })
  const { data: folder, manifests } = await judged(options)
  const divisions = await Promise.all(manifests.map(readManifest))
  const data = gathered(await openPhotos({ ...options, data: folder }))
  if (divisions.length === 0) requireDivided(data)
  const ties = await tiesIn(data, options)
  const listed = divisions.map(record => dividedBy(data.photos, record))
  for (const [i, { photos }] of listed.entries()) requireManifest(photos, manifests[i], data.root)
  const all = divisions.length === 0 ? [data.photos] : listed.map(({ photos }) => photos)
  const leaks = all.flatMap((photos, i) =>
    splitLeaks(photos, ties).map(leak =>
      all.length > 1 ? { ...leak, division: path.basename(manifests[i]) } : leak,
    ),
  )
  return {
    data: data.root,
    photos: data.photos.length,
    divisions: manifests,
    leaks,
    groups: all.flatMap(photos => leakingGroups(photos, ties)),
    notices: listed.flatMap(({ notices }) => notices),
    seconds: (performance.now() - started) / 1000,
  }
}

/** What is judged: a data set; or the photos of a folder, divided as a data set or as manifests say. */
async function judged({ data, out }: SplitOptions): Promise<{ data: string; manifests: string[] }> {
  if (out === undefined) return { data, manifests: [] }
  const isFolder = (await stat(out).catch(() => undefined))?.isDirectory() === true
  const manifests = await manifestsAt(out).catch(error => {
    if (isFolder && error instanceof ChiquitoError && error.code === 'data') return []
    throw error
  })
  return manifests.length > 0 ? { data, manifests } : { data: out, manifests: [] }
}

function requireDivided({ photos, root }: { photos: readonly Sided[]; root: string }): void {
  if (isDivided(photos)) return
  throw new ChiquitoError(
    'data',
    `"${root}" is not divided: there is nothing to judge. Expected folders such as train and valid, or a table that divides the ` +
      'photos; a manifest of theirs is given with --out.',
  )
}

/** A manifest of other photos, or one that was edited, must not pass for a division without leaks. */
function requireManifest(photos: readonly Sided[], manifest: string, root: string): void {
  if (isDivided(photos)) return
  const count = (...parts: Split[]) =>
    photos.filter(({ split }) => split !== undefined && parts.includes(split)).length
  throw new ChiquitoError(
    'data',
    `"${manifest}" divides nothing: of the photos in "${root}" it gives ${count('train')} to train and ${count('valid', 'test')} to ` +
      'valid or test. Expected both, with the paths of photos relative to that folder.',
  )
}

interface Sided {
  readonly split: Split | undefined
}

function isDivided(photos: readonly Sided[]): boolean {
  const parts = new Set(photos.map(({ split }) => split))
  return parts.has('train') && (parts.has('valid') || parts.has('test'))
}

/** The photos with the part that a manifest gives each, and where the two differ. */
function dividedBy<P extends { readonly path: string; readonly sha256: string }>(
  photos: readonly P[],
  record: ManifestSplit,
): { photos: (P & Sided)[]; notices: string[] } {
  const { parts, notices } = listedIn(record, photos)
  return { photos: photos.map((photo, i) => ({ ...photo, split: parts[i] })), notices }
}
