import { z } from 'zod'
import { type Backbone, loadBackbone } from '../../backbones/index.js'
import { ChiquitoError } from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import { sha256Schema } from '../../files/index.js'
import { viewVersion } from '../../images/index.js'
import { type JobKind, jobKind, LastUsed } from '../../jobs/index.js'
import { FeatureExtractor, type Features } from '../../train/index.js'
import { LocalFiles } from './local-files.js'
import { firstHalf, halvesWithPaths, requirePaths } from './photo-shard.js'
import { packRows, unpackRows } from './rows.js'

const drawSchema = z.strictObject({
  flip: z.boolean(),
  angle: z.number(),
  zoom: z.number(),
  x: z.number(),
  y: z.number(),
  brightness: z.number(),
  contrast: z.number(),
})

const askedSchema = z.strictObject({
  /** Of the file of its weights. */
  backbone: sha256Schema,
  spec: z.strictObject({
    layers: z.array(
      z.strictObject({ name: z.string(), pools: z.array(z.enum(['avg', 'max', 'std', 'map'])) }),
    ),
  }),
  rule: z.strictObject({ size: z.int(), resize: z.enum(['crop', 'squash', 'pad']) }),
  viewVersion: z.literal(viewVersion),
  photos: z
    .array(z.strictObject({ sha256: sha256Schema, views: z.array(drawSchema.nullable()).min(1) }))
    .min(1),
})

const numbers = z.union([z.number(), z.array(z.number())])
const preprocessingSchema = z.strictObject({
  mean: numbers.optional(),
  std: numbers.optional(),
  channels: z.enum(['rgb', 'bgr']).optional(),
  range: z.enum(['0..255', '0..1', '-1..1']).optional(),
})

const placeSchema = z.strictObject({
  /** Its name, or a file, as the asker gave it. */
  backbone: z.string(),
  preprocessing: preprocessingSchema.optional(),
  root: z.string(),
  /** Of the photos, relative to `root`. */
  paths: z.array(z.string()),
})

export type AskedFeatures = z.infer<typeof askedSchema>
export type PlaceOfFeatures = z.infer<typeof placeSchema>

/**
 * Features of some photos, each through the same number of views. Photos that cannot be read have no row: whoever asked finds out
 * why, and says so.
 */
export function featuresKind(): JobKind {
  const backbones = new LastUsed<Opened>()
  const extractors = new LastUsed<FeatureExtractor>()
  const local = new LocalFiles()
  return jobKind<AskedFeatures, PlaceOfFeatures>({
    name: 'features',
    revision: 1,
    asked: askedSchema,
    place: placeSchema,
    perform(asked, place, { store, threads, signal }) {
      const { root, paths, ...network } = place
      requirePaths(asked, place)
      const name = JSON.stringify([asked.backbone, network])
      return backbones.use(
        name,
        () => opened(asked.backbone, network),
        ({ backbone }) => {
          const { spec, rule } = asked
          const at = { root, photos: asked.photos.map(({ sha256 }, i) => ({ sha256, path: paths[i] })) }
          return local.withPhotos(store, at, (folder, names) => {
            const open = async () => new FeatureExtractor({ backbone, spec, rule, root: folder, threads })
            return extractors.use(JSON.stringify([name, spec, rule, folder]), open, async extractor =>
              rowsOf(await seen(extractor, asked, names, signal), extractor.width),
            )
          })
        },
      )
    },
    division: {
      parts: halvesWithPaths,
      join: (asked, results) => joined(firstHalf(asked), results),
      setAside: (_, reason) =>
        packRows({ width: 1, photos: [], aside: [{ photo: 0, reason }], values: new Float32Array() }),
    },
    async close() {
      await extractors.close()
      await backbones.close()
      await local.close()
    },
  })
}

/** A network that was loaded; nothing of it has to be closed. */
interface Opened {
  readonly backbone: Backbone
  close(): void
}

async function opened(
  id: string,
  { backbone: name, preprocessing }: Pick<PlaceOfFeatures, 'backbone' | 'preprocessing'>,
): Promise<Opened> {
  const backbone = await loadBackbone(name, { preprocessing })
  if (backbone.id !== id)
    throw new ChiquitoError(
      'model',
      `The network "${name}" is another one here than where the work was asked for. Give all machines the same file.`,
    )
  return { backbone, close: () => undefined }
}

async function seen(
  extractor: FeatureExtractor,
  { photos: asked }: AskedFeatures,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Placed> {
  const photos = asked.map(
    ({ sha256 }, i): Photo => ({ path: paths[i], sha256, label: 0, split: 'train', bytes: 0 }),
  )
  // By object: one content may be asked for twice.
  const place = new Map(photos.map((photo, i) => [photo, i]))
  const views = (photo: Photo) => asked[place.get(photo) ?? 0].views
  const features = await extractor.extract(photos, { task: 'features', views, signal })
  return { features, places: features.photos.map(photo => place.get(photo) ?? 0) }
}

interface Placed {
  readonly features: Features
  /** Of the photos that could be read, among those asked for. */
  readonly places: readonly number[]
}

function rowsOf({ features: { views }, places }: Placed, width: number): Uint8Array {
  const values = new Float32Array(places.length * views.length * width)
  for (const i of places.keys())
    for (const [v, rows] of views.entries())
      values.set(rows.subarray(i * width, (i + 1) * width), (i * views.length + v) * width)
  return packRows({ width, photos: [...places], aside: [], values })
}

/** The rows of two halves, of which the first holds so many photos. */
function joined(half: number, results: readonly Uint8Array[]): Uint8Array {
  const [first, second] = results.map(unpackRows)
  const values = new Float32Array(first.values.length + second.values.length)
  values.set(first.values)
  values.set(second.values, first.values.length)
  return packRows({
    width: Math.max(first.width, second.width),
    photos: [...first.photos, ...second.photos.map(photo => half + photo)],
    aside: [...first.aside, ...second.aside.map(one => ({ ...one, photo: half + one.photo }))],
    values,
  })
}
