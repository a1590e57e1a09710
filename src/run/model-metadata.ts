import { z } from 'zod'
import { ChiquitoError, describeIssue, shellPath } from '../core/index.js'

// Also runs in a browser: pages read models, too.

/** Namespace of our entries among a model's `metadata_props`; other tools keep theirs. */
export const PREFIX = 'chiquito.'

/** Raised when a model's metadata changes so that older programs would misread it. */
export const FORMAT = 1

/** Enough to prove that a copy of the model answers as it should; the file stays small. */
const MAX_GOLDEN_PHOTOS = 16

/** A PNG of the largest view (512 pixels a side) of pure noise takes less. */
const MAX_GOLDEN_BYTES = 2 * 1024 * 1024

/** Larger than any network of use here reads; keeps a hostile file from asking for gigabytes of pixels. */
const MAX_VIEW_SIZE = 2048

/** Names can be shown in a list; a classifier of a few hundred photos has a few of them. */
const MAX_LABELS = 10_000

/** Of many classes the strongest ones. */
export const MAX_SHORTCUTS = 100

/** A reliability diagram has ten. */
const MAX_BINS = 100

const probability = z.number().min(0).max(1)

const goldenSchema = z.object({
  /** The exact pixels the model reads, `[size, size, 3]`, as PNG. */
  png: z
    .instanceof(Uint8Array)
    .refine(png => png.length <= MAX_GOLDEN_BYTES, `over ${MAX_GOLDEN_BYTES} bytes`),
  /** What the model answers, one number a label. */
  probabilities: z.array(probability),
  /** How familiar it is, where the model has the output `known`. */
  known: probability.optional(),
  /** The label of the most probable one: shows whether labels and outputs still belong together. */
  label: z.string().optional(),
})

/** Photos whose greatest probability lies in one bin: how sure the model was of them, and how often it was right. */
const bins = z
  .array(z.object({ count: z.int().positive(), confidence: probability, accuracy: probability }))
  .max(MAX_BINS)

const eceFields = {
  /** Expected calibration error, with a 95 % interval. */
  ece: probability,
  interval: z.tuple([probability, probability]),
  /** Percentiles 5, 50 and 95 of the error of a perfectly calibrated model of the same confidences. */
  floor: z.object({ low: probability, median: probability, high: probability }),
}

const calibrationSchema = z.object({
  /** The photos that the temperature was found on, in words; null where none were left out to find it on. */
  fittedOn: z.string().nullable(),
  /** Validation photos that the figures are of. */
  measuredOn: z.int().positive(),
  /** With bins of equal width, and with bins of equal mass. */
  ...eceFields,
  equalMass: z.object(eceFields),
  logLoss: z.number().min(0),
  brier: probability,
  reliability: bins,
  /** The same without the temperature; null where it is 1. */
  before: z
    .object({
      ece: probability,
      equalMassEce: probability,
      logLoss: z.number().min(0),
      brier: probability,
      reliability: bins,
    })
    .nullable(),
})
const abstentionSchema = z.union([
  z.object({
    /** The share of true photos that is to be answered. */
    coverage: probability,
    /** A photo whose `known` is below this shows none of the labels. */
    threshold: probability,
    /** Whether it is ranked among photos learnt from, each compared with the others alone, or validation photos. */
    by: z.enum(['train', 'valid']),
    /** How many those are. */
    photos: z.int().nonnegative(),
    /** Labels with too few of them for a threshold of their own. */
    shared: z.array(z.string()).max(MAX_LABELS),
    /** Photos of other things: how many were learnt from, how many others were asked of, and how many of those it turned away. */
    background: z
      .object({
        learnt: z.int().nonnegative(),
        measured: z.int().nonnegative(),
        caught: z.int().nonnegative(),
      })
      .optional(),
  }),
  z.object({ why: z.string() }),
])

/** How a model did on the photos that two precisions were compared on. */
const besideFields = z.object({
  right: z.int().nonnegative(),
  ece: probability,
  logLoss: z.number().min(0),
  /** Photos that it says "neither" of. */
  neither: z.int().nonnegative().nullable(),
})

/** Of a model that was exported. */
const precisionSchema = z.object({
  /** Of its weights: `float32`, `float16` or `int8`. */
  weights: z.enum(['float32', 'float16', 'int8']),
  /** What was exported: its graph (`graphDigest`). */
  from: z.string(),
  /** Both on the same photos, which are the validation photos of the run. */
  measured: z
    .object({
      photos: z.int().positive(),
      /** Verdicts that differ, and photos that only one says "neither" of. */
      changed: z.int().nonnegative(),
      neitherChanged: z.int().nonnegative().nullable(),
      /** Largest difference of a probability. */
      largest: probability,
      given: besideFields,
      exported: besideFields,
    })
    .optional(),
})

/** Ends of intervals are rounded otherwise than what they are of. */
const ROUNDING = 1e-9

const fields = {
  /** Class names, in the order of the outputs. */
  labels: z.array(z.string().min(1)).min(2).max(MAX_LABELS),
  /** How a photo becomes the input: side in pixels, and what is done to photos that are not square. */
  view: z.object({ size: z.int().min(1).max(MAX_VIEW_SIZE), resize: z.enum(['crop', 'squash', 'pad']) }),
  /** For readers in other languages: what the input holds and who normalises it. */
  input: z.string(),
  backbone: z.object({ name: z.string(), id: z.string(), licence: z.string() }),
  recipe: z.string(),
  seed: z.int().nonnegative(),
  /** Logits are divided by this before softmax; already done in the graph. */
  temperature: z.number().positive(),
  /** Below this highest probability the answer is better withheld. */
  threshold: probability.optional(),
  /** The photos learnt from: see `fingerprintOf`. */
  data: z.object({
    fingerprint: z.string(),
    train: z.int().nonnegative(),
    valid: z.int().nonnegative(),
  }),
  /** On the validation photos, with a 95 % interval. */
  accuracy: z
    .object({ value: probability, low: probability, high: probability })
    .refine(({ value, low, high }) => low <= value + ROUNDING && value <= high + ROUNDING, {
      error: 'its interval does not hold it',
    })
    .optional(),
  /** Whether its probabilities can be believed. */
  calibration: calibrationSchema.optional(),
  /**
   * What told the classes apart in the files learnt from, beside what they show: area under the ROC curve, with a 95 % interval.
   * A model may have learnt that.
   */
  shortcuts: z
    .array(
      z.object({
        property: z.string(),
        class: z.string(),
        auc: probability,
        interval: z.tuple([probability, probability]),
      }),
    )
    .max(MAX_SHORTCUTS)
    .optional(),
  /** How the output `known` is to be read, or why there is none. */
  abstention: abstentionSchema.optional(),
  /** What was done to the model that training wrote, where this is another one made of it. */
  precision: precisionSchema.optional(),
  /** Programs that made it: `{ chiquito: '0.1.0', onnxruntime: '1.30.0', node: '20.20.2' }`. */
  versions: z.record(z.string(), z.string()),
  /** What the graph and its weights are: see `graphDigest`. */
  graph: z.string().optional(),
  golden: z.array(goldenSchema).max(MAX_GOLDEN_PHOTOS),
}

const metadataSchema = z
  .object(fields)
  .refine(({ labels }) => new Set(labels).size === labels.length, {
    path: ['labels'],
    error: 'a label repeats',
  })
  .refine(
    ({ labels, golden }) => golden.every(({ probabilities }) => probabilities.length === labels.length),
    {
      path: ['golden'],
      error: 'a golden photo must have one probability a label',
    },
  )

/** What `model.onnx` says of itself: all that is needed to use it, and where it comes from. */
export type ModelMetadata = z.infer<typeof metadataSchema>

/** What `known` has to reach, or a photo is "neither"; undefined for a model that says it of none. */
export function thresholdIn({ abstention }: Pick<ModelMetadata, 'abstention'>): number | undefined {
  return abstention && 'threshold' in abstention ? abstention.threshold : undefined
}

/**
 * Reads what a model says of itself.
 *
 * @param entries - its `metadata_props`
 * @param name - of the file, for messages
 * @param producer - the program the file says it was made by
 * @throws `model` when it is not one of ours, is damaged, or needs a newer program
 */
export function parseModelMetadata(
  entries: ReadonlyMap<string, string>,
  name: string,
  producer?: string | undefined,
): ModelMetadata {
  const format = entries.get(`${PREFIX}format`)
  if (format === undefined && producer === 'chiquito')
    throw new ChiquitoError(
      'model',
      `"${name}" was made by chiquito and has lost what it said of itself (its metadata): whatever rewrote it did not take that along. ` +
        'Give the model.onnx that "chiquito train" wrote; "chiquito export" writes smaller ones.',
    )
  if (format === undefined)
    throw new ChiquitoError(
      'model',
      `"${name}" was made by ${producer || 'another program'}, not by chiquito, so its labels and its input are ` +
        'unknown. Give a model.onnx that "chiquito train" wrote; to train with this network: chiquito train PHOTOS ' +
        `--out RUN --backbone ${shellPath(name)}`,
    )
  if (format !== String(FORMAT))
    throw new ChiquitoError(
      'model',
      `"${name}" has format ${JSON.stringify(format)}; this chiquito reads ${FORMAT}. Update chiquito, or train again.`,
    )
  const values: Record<string, unknown> = {}
  for (const field of Object.keys(fields)) {
    const text = entries.get(PREFIX + field)
    if (text !== undefined) values[field] = parseJson(text, name, PREFIX + field)
  }
  return checkMetadata({ ...values, golden: decodeGolden(values.golden) }, `"${name}"`)
}

/** @param what - begins the message */
export function checkMetadata(metadata: unknown, what: string): ModelMetadata {
  const result = metadataSchema.safeParse(metadata)
  if (result.success) return result.data
  throw new ChiquitoError('model', `${what} has metadata that make no sense: ${describeIssue(result.error)}.`)
}

function parseJson(text: string, name: string, entry: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ChiquitoError('model', `"${name}" is damaged: its metadata entry ${entry} is not JSON.`, {
      cause: error,
    })
  }
}

const encodedGoldenSchema = z.array(z.looseObject({ png: z.base64() }))

/** Base64 to bytes; anything else is left for the check to name. */
function decodeGolden(value: unknown): unknown {
  const encoded = encodedGoldenSchema.safeParse(value)
  if (!encoded.success) return value
  return encoded.data.map(one => ({ ...one, png: bytesOfBase64(one.png) }))
}

function bytesOfBase64(text: string): Uint8Array {
  const latin = atob(text)
  const bytes = new Uint8Array(latin.length)
  for (let i = 0; i < latin.length; i++) bytes[i] = latin.charCodeAt(i)
  return bytes
}
