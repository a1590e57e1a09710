import { z } from 'zod'
import type { Preprocessing } from '../backbone.js'
import { type Channels, mapChannels } from './preprocessing.js'
import { deviations, firstSide, flag, means, sides } from './schema.js'

// What transformers' image processors read of their own files; checked against its version 5.24.

export const transformersSchema = z.object({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_rescale: flag,
  rescale_factor: z.number().positive('expected a number above 0').max(1e3).nullish(),
  rescale_offset: flag,
  do_normalize: flag,
  image_mean: means.nullish(),
  image_std: deviations.nullish(),
  do_flip_channel_order: flag,
  include_top: flag,
  do_center_crop: flag,
  size: sides.nullish(),
  crop_size: sides.nullish(),
})

type Processor = z.infer<typeof transformersSchema>

const typeOf = (processor: Processor) =>
  `${processor.image_processor_type ?? processor.feature_extractor_type ?? ''}`

/** Side of the photos that the network sees: the crop's where it crops, else that which they are resized to. */
export function transformersSize({ size, crop_size, do_center_crop }: Processor): number | undefined {
  const crop = do_center_crop === false ? undefined : firstSide(crop_size)
  return crop ?? firstSide(size)
}

/**
 * `((byte * factor - offset) - mean) / std` as mean and deviation of bytes; undefined where the file says neither how
 * values are scaled nor how they are normalised, or a text why it cannot be done.
 */
export function transformersPreprocessing(processor: Processor): Preprocessing | string | undefined {
  const { do_rescale, rescale_factor, image_mean, image_std } = processor
  const isMobileViT = typeOf(processor).startsWith('MobileViT')
  // MobileViT's processor never normalises, though the files it writes name a mean.
  const isNormalised = processor.do_normalize ?? (!isMobileViT && Boolean(image_mean ?? image_std))
  if (
    typeOf(processor) === '' &&
    do_rescale === undefined &&
    processor.do_normalize === undefined &&
    !image_mean
  )
    return undefined
  if (isNormalised && !(image_mean && image_std))
    return `normalises photos but has no ${image_mean ? 'image_std' : 'image_mean'}`
  const isRescaled = do_rescale ?? true
  const unit = isRescaled ? 1 / (rescale_factor ?? 1 / 255) : 1
  const offset = isRescaled && processor.rescale_offset === true ? 1 : 0
  const mean: Channels = isNormalised && image_mean ? image_mean : [0, 0, 0]
  const std = deviationsOf(processor, isNormalised)
  const inBytes = {
    mean: mapChannels(mean, value => (value + offset) * unit),
    std: mapChannels(std, value => value * unit),
  }
  // Channels are turned before mean and deviation count, which are in the network's order.
  const isTurned = processor.do_flip_channel_order ?? isMobileViT
  return isTurned ? { ...inBytes, channels: 'bgr' } : inBytes
}

/** EfficientNet's classifiers were trained on photos divided twice, and its processor does so. */
function deviationsOf(processor: Processor, isNormalised: boolean): Channels {
  const { image_std, include_top } = processor
  const once: Channels = isNormalised && image_std ? image_std : [1, 1, 1]
  const again = typeOf(processor).startsWith('EfficientNet') && (include_top ?? true)
  if (!again || !image_std) return once
  return [once[0] * image_std[0], once[1] * image_std[1], once[2] * image_std[2]]
}
