import { z } from 'zod'
import { loadBackbone } from '../../backbones/index.js'
import { argmax, ChiquitoError, parsedJson } from '../../core/index.js'
import { lossOf } from '../../evaluate/index.js'
import { sha256Schema } from '../../files/index.js'
import { type JobKind, jobKind } from '../../jobs/index.js'
import { openFeatureStore } from '../../run/index.js'
import { likenessFinder } from '../../splitting/index.js'
import { fineTunes, type RecipeResult, recipeNamed, TimePlan } from '../../train/index.js'
import { datasetOf, getListing } from './listing.js'
import { LocalFiles } from './local-files.js'

const askedSchema = z.strictObject({
  /** Photos, classes and parts: see `putListing`. */
  listing: sha256Schema,
  /** Of the data set that the photos are from. */
  fingerprint: z.string(),
  /** Of the file of the network's weights. */
  backbone: sha256Schema,
  recipe: z.string(),
  seed: z.int().nonnegative(),
  size: z.int().optional(),
  fineTune: z.enum(fineTunes).optional(),
})

const placeSchema = z.strictObject({
  /** The network as it was asked for. */
  backbone: z.string(),
  /** The folder of the photos. */
  root: z.string(),
})

export type AskedTrial = z.infer<typeof askedSchema>
export type PlaceOfTrial = z.infer<typeof placeSchema>

const resultSchema = z.strictObject({
  /** What the validation photos are taken for: path, true class, class said, log loss. */
  photos: z.array(z.tuple([z.string(), z.int(), z.int(), z.number()])),
  /** Photos learnt from. */
  learnt: z.int(),
  unreadable: z.int(),
  /** Whether layers were fine-tuned. */
  isTuned: z.boolean(),
})

/** What one training came to, on the photos it did not learn from. */
export type TrialResult = z.infer<typeof resultSchema>

/** A training on one division, for its figures alone. */
export function trialKind(): JobKind {
  const local = new LocalFiles()
  return jobKind<AskedTrial, PlaceOfTrial>({
    name: 'trial',
    revision: 1,
    asked: askedSchema,
    place: placeSchema,
    async perform(asked, place, { store, threads, progress, signal }) {
      const { recipe, seed, size, fineTune } = asked
      const listing = await getListing(store, asked.listing)
      const backbone = await loadBackbone(place.backbone)
      if (backbone.id !== asked.backbone)
        throw new ChiquitoError(
          'model',
          `The network "${place.backbone}" is another one here than where the work was asked for. Give all machines the same file.`,
        )
      const at = { root: place.root, photos: listing.photos }
      // Whoever waits hears how long it takes still.
      const time = new TimePlan({ progress })
      const result = await local.withTree(store, asked.listing, at, root =>
        recipeNamed(recipe).run({
          dataset: datasetOf(listing, root, asked.fingerprint),
          ...{ backbone, seed, size, fineTune, threads, signal, time },
          progress: time.progress,
          likeness: likenessFinder({ cache: true }),
          store: openFeatureStore,
        }),
      )
      return new TextEncoder().encode(JSON.stringify(resultOf(result, listing.photos)))
    },
    close: () => local.close(),
  })
}

function resultOf(
  { seen, unreadable, choice, stages }: RecipeResult,
  all: readonly { readonly split: string }[],
): TrialResult {
  return {
    photos: seen.photos.map(({ path, label }, i) => {
      const row = seen.probabilities[i]
      return [path, label, argmax(row), lossOf(row[label])]
    }),
    learnt: all.filter(({ split }) => split === 'train').length,
    unreadable: unreadable.length,
    isTuned: choice?.fineTuning?.chosen ?? stages.some(({ name }) => name === 'fine-tuning'),
  }
}

/** @throws `data` for bytes that are no result */
export function trialResultOf(bytes: Uint8Array): TrialResult {
  const parsed = resultSchema.safeParse(parsedJson(bytes))
  if (parsed.success) return parsed.data
  throw new ChiquitoError('data', 'What a trial came to cannot be understood.')
}
