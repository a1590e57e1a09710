import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError } from '../core/index.js'
import type { Split, SplitRecord } from '../dataset/index.js'
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
  readonly seconds: number
}

/** Judges a division that is there: by folders, or by manifests of the photos. */
export async function checkSplit(options: SplitOptions): Promise<CheckSplitResult> {
  const started = performance.now()
  checkSplitOptions({ ...options, check: true })
  const { data: folder, manifests } = await judged(options)
  const divisions = await Promise.all(manifests.map(readManifest))
  const data = gathered(await openPhotos({ ...options, data: folder }))
  if (divisions.length === 0) requireDivided(data)
  const ties = await tiesIn(data, options)
  const all = divisions.length === 0 ? [data.photos] : divisions.map(record => dividedBy(data.photos, record))
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

function requireDivided({
  photos,
  root,
}: {
  photos: readonly { split: Split | undefined }[]
  root: string
}): void {
  const parts = new Set(photos.map(({ split }) => split))
  if (parts.has('train') && (parts.has('valid') || parts.has('test'))) return
  throw new ChiquitoError(
    'data',
    `"${root}" is not divided: there is nothing to judge. Expected folders such as train and valid, or a table that divides the ` +
      'photos; a manifest of theirs is given with --out.',
  )
}

function dividedBy<P extends { readonly path: string }>(
  photos: readonly P[],
  record: Extract<SplitRecord, { by: 'manifest' }>,
): (P & { split: Split | undefined })[] {
  const parts = new Map<string, Split>()
  for (const part of ['train', 'valid', 'test'] as const) for (const one of record[part]) parts.set(one, part)
  return photos.map(photo => ({ ...photo, split: parts.get(photo.path) }))
}
