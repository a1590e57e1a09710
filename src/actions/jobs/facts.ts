import { z } from 'zod'
import { ChiquitoError, parsedJson } from '../../core/index.js'
import { factsBy, gatherFacts, keptText } from '../../doctor/index.js'
import { sha256Schema } from '../../files/index.js'
import { type JobKind, jobKind } from '../../jobs/index.js'
import { LocalFiles } from './local-files.js'
import { halvesWithPaths, requirePaths } from './photo-shard.js'

const askedSchema = z.strictObject({
  /** What facts are measured by. */
  by: z.literal(factsBy),
  photos: z.array(sha256Schema).min(1),
})

const placeSchema = z.strictObject({
  root: z.string(),
  /** Of the photos, relative to `root`. */
  paths: z.array(z.string()),
})

const resultSchema = z.array(z.tuple([sha256Schema, z.string()]))

export type AskedFacts = z.infer<typeof askedSchema>
export type PlaceOfFacts = z.infer<typeof placeSchema>

/**
 * The facts of some photos, as they are kept: content and text. Photos that cannot be read, or are no longer what they were, are left
 * out: whoever asked finds out why, and says so.
 */
export function factsKind(): JobKind {
  const local = new LocalFiles()
  return jobKind<AskedFacts, PlaceOfFacts>({
    name: 'facts',
    revision: 1,
    asked: askedSchema,
    place: placeSchema,
    async perform({ photos }, { root, paths }, { store, signal }) {
      requirePaths({ photos }, { paths })
      const at = { root, photos: photos.map((sha256, i) => ({ sha256, path: paths[i] })) }
      return local.withPhotos(store, at, async (folder, names) => {
        const { files } = await gatherFacts(folder, names, { cache: false, signal })
        const asked = new Map(names.map((name, i) => [name, photos[i]]))
        return packed(
          files.flatMap(({ path, sha256, facts }): [string, string][] =>
            asked.get(path) === sha256 ? [[sha256, keptText(facts)]] : [],
          ),
        )
      })
    },
    division: {
      parts: halvesWithPaths,
      join: (_, results) => packed(results.flatMap(factsIn)),
      setAside: ({ photos: [photo] }, reason) => packed([[photo, keptText(refused(reason))]]),
    },
    close: () => local.close(),
  })
}

/** What is known of a photo that kills whoever decodes it. */
function refused(reason: string) {
  const problem = { kind: 'damaged', message: `was set aside: ${reason}` } as const
  return { header: null, looks: null, problem }
}

function packed(facts: readonly [string, string][]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(facts))
}

/** @throws `data` for bytes that are no facts */
export function factsIn(bytes: Uint8Array): [string, string][] {
  const parsed = resultSchema.safeParse(parsedJson(bytes))
  if (parsed.success) return parsed.data
  throw new ChiquitoError('data', 'What was measured elsewhere cannot be understood.')
}
