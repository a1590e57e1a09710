import { z } from 'zod'
import { ChiquitoError, describeIssue } from '../../core/index.js'
import { type Finding, isSound } from './preprocessing.js'
import { deviations, firstSide, inBytes, means, sides } from './schema.js'
import { transformersPreprocessing, transformersSchema, transformersSize } from './transformers.js'

/** What a configuration says, and of which network, where it names one of timm's. */
export interface ConfigFinding extends Finding {
  readonly architecture?: string | undefined
}

const anything = z.record(z.string(), z.unknown())

/** timm's: of values from 0 to 1. */
const timmSchema = z.object({ mean: means, std: deviations, input_size: sides.nullish() })

/** OpenCLIP's, of values from 0 to 1; absent are those of OpenAI's CLIP. */
const openClipSchema = z.object({
  mean: means.nullish(),
  std: deviations.nullish(),
  size: sides.nullish(),
})
const openAi = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const

/**
 * What a configuration file of transformers, timm or OpenCLIP says of photos; undefined for one that says nothing.
 *
 * @param value the file's JSON; `source` its name.
 * @throws ChiquitoError `model` where it says what cannot be, naming file and entry.
 */
export function configFinding(value: unknown, source: string): ConfigFinding | undefined {
  const object = objectOf(value)
  if (!object) return undefined
  const { pretrained_cfg, preprocess_cfg, image_processor } = object
  const timm = objectOf(pretrained_cfg) ?? (isOldTimm(object) ? object : undefined)
  if (timm && 'mean' in timm && 'std' in timm) return ofTimm(timm, object, source)
  const clip = objectOf(preprocess_cfg)
  if (clip) return ofOpenClip(clip, object, source)
  const nested = objectOf(image_processor)
  if (nested) return configFinding(nested, source)
  return ofTransformers(object, source) ?? sizeAlone(object, source)
}

/** Before `pretrained_cfg`, timm wrote its entries at the top. */
function isOldTimm(object: Record<string, unknown>): boolean {
  return 'input_size' in object && 'mean' in object && 'std' in object
}

function ofTimm(timm: unknown, whole: Record<string, unknown>, source: string): ConfigFinding {
  const { mean, std, input_size } = checked(timmSchema, timm, source)
  const { architecture } = whole
  return {
    source,
    preprocessing: sound(inBytes(mean, std), source),
    size: firstSide(input_size),
    architecture: typeof architecture === 'string' ? architecture : undefined,
  }
}

function ofOpenClip(clip: unknown, whole: Record<string, unknown>, source: string): ConfigFinding {
  const { mean, std, size } = checked(openClipSchema, clip, source)
  const model = objectOf(objectOf(whole.model_cfg)?.vision_cfg)
  return {
    source,
    preprocessing: sound(inBytes(mean ?? [...openAi.mean], std ?? [...openAi.std]), source),
    size: firstSide(size) ?? imageSize(model?.image_size),
  }
}

/** Entries that only an image processor has. */
const processorKeys = [
  'image_mean',
  'image_std',
  'do_normalize',
  'do_rescale',
  'image_processor_type',
  'feature_extractor_type',
]

function ofTransformers(object: Record<string, unknown>, source: string): ConfigFinding | undefined {
  if (!processorKeys.some(key => key in object)) return undefined
  const processor = checked(transformersSchema, object, source)
  const preprocessing = transformersPreprocessing(processor)
  if (typeof preprocessing === 'string') throw wrong(source, preprocessing)
  return {
    source,
    preprocessing: preprocessing && sound(preprocessing, source),
    size: transformersSize(processor),
  }
}

/** The configuration of a network of transformers: it knows the size of photos, and no more. */
function sizeAlone(object: Record<string, unknown>, source: string): ConfigFinding | undefined {
  const size = imageSize(object.image_size) ?? imageSize(objectOf(object.vision_config)?.image_size)
  return size === undefined ? undefined : { source, size }
}

function imageSize(value: unknown): number | undefined {
  return firstSide(sides.safeParse(value).data)
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return anything.safeParse(value).data
}

function checked<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw wrong(source, `is not what its program writes: ${describeIssue(result.error)}`)
}

function sound<P extends Parameters<typeof isSound>[0]>(preprocessing: P, source: string): P {
  if (isSound(preprocessing)) return preprocessing
  throw wrong(source, 'has means or deviations that no photos have')
}

function wrong(source: string, what: string): ChiquitoError {
  return new ChiquitoError(
    'model',
    `${source} ${what}. Correct it, or say how photos are prepared with mean, std, channels or range.`,
  )
}
