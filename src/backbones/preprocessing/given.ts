import { argumentError, ChiquitoError } from '../../core/index.js'
import type { Preprocessing } from '../backbone.js'
import { type Channels, inOrder, isSound, mapChannels } from './preprocessing.js'

/** Ranges that bytes are brought to before mean and deviation count: as they are, divided by 255, or from -1 to 1. */
export const ranges = ['0..255', '0..1', '-1..1'] as const
export const channelOrders = ['rgb', 'bgr'] as const

/**
 * How a network's photos are prepared, as a person says it: `(value - mean) / std`, where the values are bytes brought
 * to `range`. What is absent is found in or beside the network's file, or assumed.
 */
export interface PreprocessingOptions {
  /** One number, or three in the order of `channels`. Where only `std` or `range` is given, 0. */
  readonly mean?: number | readonly number[] | undefined
  /** One number above 0, or three in the order of `channels`. Where only `mean` or `range` is given, 1. */
  readonly std?: number | readonly number[] | undefined
  /** The order in which the network takes the channels; `rgb` by default. */
  readonly channels?: (typeof channelOrders)[number] | undefined
  /** Where absent, `0..1` for numbers up to 1, `0..255` for larger ones. */
  readonly range?: (typeof ranges)[number] | undefined
}

const names = { mean: 'mean', std: 'std', channels: 'channels', range: 'range' } as const

/** Whether mean and deviation are given, not the order of the channels alone. */
export function givesNumbers({ mean, std, range }: PreprocessingOptions): boolean {
  return mean !== undefined || std !== undefined || range !== undefined
}

/**
 * What a person says, in bytes; `found` with its channels turned where they say no more than an order.
 *
 * @param found what is known without them.
 * @throws ChiquitoError `usage` for what cannot be.
 */
export function givenPreprocessing(options: PreprocessingOptions, found: Preprocessing): Preprocessing {
  checkGiven(options)
  const { channels } = options
  if (!givesNumbers(options)) return inOrder(found, channels ?? found.channels ?? 'rgb')
  const range = options.range ?? rangeOf(options)
  const mean = triple(options.mean ?? 0)
  const std = triple(options.std ?? 1)
  const [low, unit] = { '0..255': [0, 1], '0..1': [0, 255], '-1..1': [-1, 127.5] }[range]
  const order = channels ?? 'rgb'
  const inBytes = {
    mean: mapChannels(mean, value => (value - low) * unit),
    std: mapChannels(std, value => value * unit),
    ...(order === 'bgr' ? { channels: order } : {}),
  }
  if (isSound(inBytes)) return inBytes
  throw argumentError('mean and std', `such as photos have, in the range ${range}`, { mean, std })
}

/** @throws ChiquitoError `usage` for what cannot be, naming the option. */
export function checkGiven({ mean, std, channels, range }: PreprocessingOptions): void {
  const expected = 'one number or three, by channel'
  if (mean !== undefined && !isOneOrThree(mean)) throw argumentError(names.mean, expected, mean)
  if (std !== undefined && !isOneOrThree(std)) throw argumentError(names.std, expected, std)
  if (std !== undefined && [std].flat().some(value => value <= 0))
    throw argumentError(names.std, 'above 0 for every channel', std)
  if (channels !== undefined && !channelOrders.includes(channels))
    throw argumentError(names.channels, channelOrders.join(' or '), channels)
  if (range !== undefined && !ranges.includes(range))
    throw argumentError(names.range, ranges.join(', '), range)
}

function isOneOrThree(value: unknown): value is number | readonly number[] {
  const list = Array.isArray(value) ? value : [value]
  return [1, 3].includes(list.length) && list.every(Number.isFinite)
}

/** The range that the numbers are of: those of values up to 1 are themselves at most 1. */
function rangeOf({ mean, std }: PreprocessingOptions): (typeof ranges)[number] {
  const means = [mean ?? []].flat().map(Math.abs)
  const deviations = [std ?? []].flat()
  const isLarge = (values: readonly number[]) => values.some(value => value > 1)
  const isSmall = (values: readonly number[]) =>
    values.some(value => value > 0 && value < 1) && !isLarge(values)
  if (isLarge(means) ? isSmall(deviations) : isSmall(means) && isLarge(deviations))
    throw unclear({ mean, std }, 'one is of bytes, the other of values from 0 to 1')
  if (isLarge([...means, ...deviations])) return '0..255'
  if (isSmall(means) || isSmall(deviations)) return '0..1'
  throw unclear({ mean, std }, 'the same can be meant of bytes and of values from 0 to 1')
}

function unclear(given: { mean: unknown; std: unknown }, why: string): ChiquitoError {
  const shown = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${[value].flat().join(', ')}`],
  )
  return new ChiquitoError(
    'usage',
    `It is not clear what range ${shown.join(' and ')} are of: ${why}. Give the range, too: ${ranges.join(', ')}.`,
  )
}

function triple(value: number | readonly number[]): Channels {
  const [a, b = a, c = a] = [value].flat()
  return [a, b, c]
}
