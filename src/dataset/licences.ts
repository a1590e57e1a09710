import { z } from 'zod'
import { metadataRows } from './metadata-rows.js'

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

/** Under which licences photos are offered, as they were collected. */
export interface LicenceMix {
  /** The commonest first. */
  readonly licences: readonly LicenceCount[]
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
    noChanges: licensed.filter(row => row.may_change === false).length,
    noCommercialUse: licensed.filter(row => row.may_use_commercially === false).length,
  }
}

/** How often each of the photos' licences is there, the commonest first, then by name. */
export function countLicences(licences: readonly (string | null)[]): LicenceCount[] {
  const counts = new Map<string | null, number>()
  for (const license of licences) counts.set(license, (counts.get(license) ?? 0) + 1)
  return [...counts]
    .map(([license, photos]) => ({ license, photos }))
    .sort((a, b) => b.photos - a.photos || ((a.license ?? '') < (b.license ?? '') ? -1 : 1))
}

/** In words: `12 by 4.0, 3 unknown; 2 may not be changed, 5 may not be used commercially`. */
export function licencesInWords({ licences, noChanges, noCommercialUse }: LicenceMix): string {
  const kinds = licences.map(({ license, photos }) => `${photos} ${license ?? 'unknown'}`).join(', ')
  return `${kinds}; ${noChanges} may not be changed, ${noCommercialUse} may not be used commercially`
}
