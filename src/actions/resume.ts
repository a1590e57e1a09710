import { z } from 'zod'
import { type Backbone, channelOrders, ranges } from '../backbones/index.js'
import { ChiquitoError } from '../core/index.js'
import { devices } from '../engine/index.js'
import { type Division, MAX_CHECKPOINT_BYTES, type RunDetails, RunFolder } from '../run/index.js'
import { Checkpoint, fineTunes } from '../train/index.js'
import type { RunOptions, TrainOptions } from './train-options.js'
import { checkBudget, requireSameSettings } from './train-settings.js'

/** What `run.json` keeps of how the photos were found. */
export const dataConfigurationSchema = z.object({
  followLinks: z.boolean().optional(),
  labelsFrom: z.string().optional(),
})

/** What `run.json` keeps of the options. */
const configurationSchema = z.object({
  backbone: z.string().optional(),
  preprocessing: z
    .object({
      mean: z.union([z.number(), z.array(z.number())]).optional(),
      std: z.union([z.number(), z.array(z.number())]).optional(),
      channels: z.enum(channelOrders).optional(),
      range: z.enum(ranges).optional(),
    })
    .optional(),
  size: z.int().optional(),
  fineTune: z.enum(fineTunes).optional(),
  epochs: z.int().optional(),
  budget: z.number().optional(),
  sharedBudget: z.number().optional(),
  coverage: z.number().optional(),
  validFraction: z.number().optional(),
  background: z.string().optional(),
  manifest: z.string().optional(),
  ...dataConfigurationSchema.shape,
  device: z.enum(devices).optional(),
})

/** Settings of many runs that are alike. */
export const settingsSchema = configurationSchema.extend({ recipe: z.string().optional() })

/** A run that was cut off. */
export interface Unfinished {
  readonly run: RunFolder
  /** Its own options, in the place of those given now. */
  readonly options: RunOptions
  /** What the photos of its network are; undefined where it did not say. */
  readonly photos: (Pick<Backbone, 'preprocessing'> & { readonly size: number }) | undefined
  /** How its photos were divided; undefined where it had not come so far. */
  readonly division: Division | undefined
}

/** The settings that a run was trained with. @throws `data` where its record does not say them */
export function settingsOfRun({ path: folder, record }: RunFolder) {
  const configuration = configurationSchema.safeParse(record.configuration)
  if (!configuration.success)
    throw new ChiquitoError(
      'data',
      `"${folder}/run.json" does not say how the run was configured. Train again.`,
    )
  return { ...configuration.data, recipe: record.recipe, seed: record.seed }
}

/** Takes over the run in `out`. Whoever calls lets it go again. */
export async function takeOver(given: RunOptions): Promise<Unfinished> {
  const run = await RunFolder.takeOver(given.out, given)
  try {
    const own = settingsOfRun(run)
    requireSameSettings(given, own)
    const { budget, sharedBudget } = given.budget === undefined ? own : given
    const options = { ...given, ...own, budget, sharedBudget }
    if (options.budget !== undefined) checkBudget(options.budget, options)
    return { run, options, photos: photosOf(run.record.backbone), division: await run.readDivision() }
  } catch (error) {
    run.close()
    throw error
  }
}

function photosOf({ inputSize, preprocessing }: RunDetails['backbone']): Unfinished['photos'] {
  return inputSize && preprocessing ? { size: inputSize, preprocessing } : undefined
}

/** The checkpoint of a run: what there is, if it goes on, and what there will be. */
export function openCheckpoint(
  run: RunFolder,
  { recipe, seed, backbone, dataset, configuration }: RunDetails,
  { checkpointSeconds: seconds, notice }: TrainOptions,
): Promise<Checkpoint> {
  const store = {
    name: run.checkpointPath,
    mostBytes: MAX_CHECKPOINT_BYTES,
    read: () => run.readCheckpoint(),
    write: (bytes: Uint8Array) => run.writeCheckpoint(bytes),
    logged: () => run.logged,
  }
  const key = {
    recipe,
    seed: String(seed),
    backbone: backbone.id,
    'data set': dataset.fingerprint,
    // Another budget does not make it another training.
    configuration: JSON.stringify({ ...configuration, budget: undefined, sharedBudget: undefined }),
  }
  return Checkpoint.open(store, { key, seconds, notice })
}
