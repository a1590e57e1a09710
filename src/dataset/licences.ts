import { z } from 'zod'
import { type MetadataRow, metadataRows } from './metadata-rows.js'

/** What a line says of a photo's licence; none where its source did not say: then nothing is said to be forbidden, either. */
const rowSchema = z.object({
  license: z
    .string()
    .nullable()
    .transform(text => text || null),
  may_use_commercially: z.boolean().nullable(),
  may_change: z.boolean().nullable(),
})

/** A licence, null where none is known, and how many photos are offered under it. */
export interface LicenceCount {
  readonly license: string | null
  readonly photos: number
}

/** Where photos come from: a source by name, or the site that they lie on; null where nothing says. And how many do. */
export interface SourceCount {
  readonly source: string | null
  readonly photos: number
}

/** Under which licences photos are offered, and where they come from, as they were collected. */
export interface LicenceMix {
  /** The commonest first. */
  readonly licences: readonly LicenceCount[]
  readonly sources: readonly SourceCount[]
  /** Photos whose licence says that they may not be changed, which cropping them is, or used commercially. */
  readonly noChanges: number
  readonly noCommercialUse: number
}

/**
 * The licences of photos, from the metadata in the folders above them; undefined where nothing is said of any. Never
 * throws: it is a thing to know, not a thing to stop at.
 *
 * @param paths - relative to `root`, with `/`
 */
export async function licenceMix(root: string, paths: readonly string[]): Promise<LicenceMix | undefined> {
  const { rows } = await metadataRows(root, paths)
  const known = paths.map(path => rowSchema.safeParse(rows.get(path)).data)
  if (known.every(row => row === undefined)) return undefined
  const licensed = known.flatMap(row => (row && row.license !== null ? [row] : []))
  return {
    licences: countLicences(known.map(row => row?.license ?? null)),
    sources: counted(paths.map(path => sourceOf(rows.get(path)))).map(([source, photos]) => ({
      source,
      photos,
    })),
    noChanges: licensed.filter(row => row.may_change === false).length,
    noCommercialUse: licensed.filter(row => row.may_use_commercially === false).length,
  }
}

/** How often each of the photos' licences is there, the commonest first, then by name. */
export function countLicences(licences: readonly (string | null)[]): LicenceCount[] {
  return counted(licences).map(([license, photos]) => ({ license, photos }))
}

const sourceSchema = z.object({
  source: z.string().min(1).optional().catch(undefined),
  page_url: z.string().optional().catch(undefined),
  source_url: z.string().optional().catch(undefined),
})

function sourceOf(row: MetadataRow | undefined): string | null {
  const { source, page_url, source_url } = sourceSchema.safeParse(row).data ?? {}
  const address = [page_url, source_url].find(one => one !== undefined && URL.canParse(one))
  return source ?? (address === undefined ? null : new URL(address).host || null)
}

/** How often each is there, the commonest first, then by name. */
function counted(values: readonly (string | null)[]): [value: string | null, count: number][] {
  const counts = new Map<string | null, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || ((a ?? '') < (b ?? '') ? -1 : 1))
}

/** In words: `12 by 4.0, 3 unknown; 2 may not be changed, 5 may not be used commercially`. */
export function licencesInWords({
  licences,
  noChanges,
  noCommercialUse,
}: Omit<LicenceMix, 'sources'>): string {
  const kinds = licences.map(({ license, photos }) => `${photos} ${license ?? 'unknown'}`).join(', ')
  return `${kinds}; ${noChanges} may not be changed, ${noCommercialUse} may not be used commercially`
}
