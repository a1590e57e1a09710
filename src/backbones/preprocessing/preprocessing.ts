import type { Preprocessing } from '../backbone.js'

export type Channels = readonly [number, number, number]

/** Mean and deviation of ImageNet's photos by channel, as torchvision has them, times 255: what most networks expect. */
export const imageNet: Preprocessing = {
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
}

/** Bytes as they are: for networks that prepare photos themselves. */
export const rawBytes: Preprocessing = { mean: [0, 0, 0], std: [1, 1, 1] }

/** Bytes divided by 255. */
export const zeroToOne: Preprocessing = { mean: [0, 0, 0], std: [255, 255, 255] }

/** What one source says of a network's photos. */
export interface Finding {
  /** Where that stands, as a person would name it: `preprocessor_config.json`. */
  readonly source: string
  readonly preprocessing?: Preprocessing | undefined
  /** Side in pixels of the photos it was trained on. */
  readonly size?: number | undefined
  /** What there is to say of it beside. */
  readonly note?: string | undefined
}

/** Means farther out, or deviations smaller or larger, are no photo's; in bytes. */
const limits = { mean: 1e5, leastStd: 1e-3, mostStd: 1e6 } as const

/** Whether photos can be made of it: finite means, deviations above 0. */
export function isSound({ mean, std }: Preprocessing): boolean {
  return (
    mean.every(value => Math.abs(value) <= limits.mean) &&
    std.every(value => value >= limits.leastStd && value <= limits.mostStd)
  )
}

/** Whether two are the same but for how their numbers were rounded. */
export function isSame(one: Preprocessing, other: Preprocessing): boolean {
  const isNear = (a: Channels, b: Channels, scale: Channels) =>
    a.every((value, i) => Math.abs(value - b[i]) <= 0.01 * Math.abs(scale[i]))
  return (
    (one.channels ?? 'rgb') === (other.channels ?? 'rgb') &&
    isNear(one.mean, other.mean, one.std) &&
    isNear(one.std, other.std, one.std)
  )
}

/** The same of photos whose channels the network takes in another order; every colour keeps its numbers. */
export function inOrder(preprocessing: Preprocessing, channels: 'rgb' | 'bgr'): Preprocessing {
  const { mean, std } = preprocessing
  if (channels === (preprocessing.channels ?? 'rgb')) return preprocessing
  const turned = ([a, b, c]: Channels): Channels => [c, b, a]
  return { mean: turned(mean), std: turned(std), ...(channels === 'bgr' ? { channels } : {}) }
}

export function mapChannels([a, b, c]: Channels, change: (value: number) => number): Channels {
  return [change(a), change(b), change(c)]
}

/** For a person: `mean 0.485, 0.456, 0.406 and deviation 0.229, 0.224, 0.225 of values from 0 to 1, RGB`. */
export function describePreprocessing({ mean, std, channels = 'rgb' }: Preprocessing): string {
  // Deviations of a tenth of all bytes are usual; those of values from 0 to 1 are far below one byte.
  const unit = Math.min(...std) > 5 ? 255 : 1
  const range = `values from 0 to ${unit === 255 ? 1 : 255}, ${channels.toUpperCase()}`
  const shown = (values: Channels) => {
    const texts = values.map(value => String(Number((value / unit).toPrecision(4))))
    return new Set(texts).size === 1 ? texts[0] : texts.join(', ')
  }
  if (shown(mean) === '0' && shown(std) === '1') return range
  return `mean ${shown(mean)} and deviation ${shown(std)} of ${range}`
}
