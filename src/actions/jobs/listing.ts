import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ChiquitoError, parsedJson } from '../../core/index.js'
import type { Dataset } from '../../dataset/index.js'
import { sha256Schema } from '../../files/index.js'
import type { BlobStore } from '../../jobs/index.js'

const photoSchema = z.strictObject({
  path: z.string(),
  label: z.int().nonnegative(),
  split: z.enum(['train', 'valid', 'test']),
  bytes: z.int().nonnegative(),
  sha256: sha256Schema,
})

const listingSchema = z.strictObject({
  labels: z.array(z.string()),
  photos: z.array(photoSchema),
})

/** What photos there are, of which class and part: all that a training needs to know of a data set but where it lies. */
export type Listing = z.infer<typeof listingSchema>

/** Keeps a listing where workers find it; gives the hash that it is asked for by. */
export async function putListing(
  store: BlobStore,
  { labels, photos }: Pick<Dataset, 'labels' | 'photos'>,
): Promise<string> {
  const rows = photos.map(({ path, label, split, bytes, sha256 }) => ({ path, label, split, bytes, sha256 }))
  const text = JSON.stringify({ labels: [...labels], photos: rows } satisfies Listing)
  const hash = createHash('sha256').update(text).digest('hex')
  const name = nameOf(hash)
  if (!(await store.has(name))) await store.put(name, new TextEncoder().encode(text))
  return hash
}

/** @throws `io` where it is not there, `data` where it is another than asked for */
export async function getListing(store: BlobStore, hash: string): Promise<Listing> {
  const bytes = await store.get(nameOf(hash))
  if (bytes === undefined)
    throw new ChiquitoError(
      'io',
      `The list of photos ${hash} is not in "${store.address}". All machines must see one store.`,
    )
  const parsed = listingSchema.safeParse(parsedJson(bytes))
  if (createHash('sha256').update(bytes).digest('hex') === hash && parsed.success) return parsed.data
  throw new ChiquitoError(
    'data',
    `The list of photos ${hash} in "${store.address}" is damaged. Ask for the work again.`,
  )
}

/** A listing as trainings take it. */
export function datasetOf({ labels, photos }: Listing, root: string, fingerprint: string): Dataset {
  return { root, labels, photos, split: { by: 'folders' }, oddities: [], notices: [], fingerprint }
}

function nameOf(hash: string): string {
  return `listings/${hash.slice(0, 2)}/${hash}`
}
