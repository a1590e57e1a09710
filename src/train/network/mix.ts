import { argumentError, type RandomStream } from '../../core/index.js'
import type { NetworkBatch } from './trainer.js'

/** What is done to a batch of views and targets beside the augmentation of each photo. */
export interface MixOptions {
  /**
   * Mixup (Zhang et al. 2018): every photo is blended with another of the batch, and so are the targets; the share is
   * drawn from Beta(a, a). 0.4 is usual; 0 (the default) leaves photos alone.
   */
  readonly mixup?: number | undefined
  /** Random erasing (Zhong et al. 2020): the chance that a rectangle of a photo is painted over; 0 by default. */
  readonly erase?: number | undefined
}

/** What a rectangle covers of the photo, and how long it may be for its width (values of the paper). */
const erasedArea = [0.02, 0.33] as const
const erasedAspect = [0.3, 1 / 0.3] as const
/** Rectangles drawn until one fits; a photo for which none does stays whole. */
const attempts = 10

/** Throws `usage` for a share or chance out of range. */
export function checkMix({ mixup = 0, erase = 0 }: MixOptions): void {
  if (!(mixup >= 0 && mixup <= 10)) throw argumentError('mixup', 'from 0 to 10', mixup)
  if (!(erase >= 0 && erase <= 1)) throw argumentError('erase', 'from 0 to 1', erase)
}

/** Erases and mixes in place, by what is drawn from `random` alone. */
export function mixBatch(
  { pixels, targets }: NetworkBatch,
  photos: number,
  random: RandomStream,
  { mixup = 0, erase = 0 }: MixOptions,
): void {
  if (erase > 0) {
    const view = pixels.length / photos
    for (let i = 0; i < photos; i++)
      eraseSome(pixels.subarray(i * view, (i + 1) * view), random.fork('erase', i), erase)
  }
  if (mixup > 0) {
    const draws = random.fork('mixup')
    const order = draws.permutation(photos)
    const shares = Array.from({ length: photos }, () => beta(draws, mixup))
    blend(pixels, order, shares, Math.round)
    blend(targets, order, shares, value => value)
  }
}

/** Paints a rectangle of random bytes over a view [side, side, 3] with some chance. */
function eraseSome(view: Uint8Array, random: RandomStream, chance: number): void {
  if (random.uniform() >= chance) return
  const side = Math.sqrt(view.length / 3)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const area = random.uniform(...erasedArea) * side * side
    const aspect = Math.exp(random.uniform(Math.log(erasedAspect[0]), Math.log(erasedAspect[1])))
    const height = Math.round(Math.sqrt(area * aspect))
    const width = Math.round(Math.sqrt(area / aspect))
    if (height < 1 || width < 1 || height >= side || width >= side) continue
    const top = random.integer(side - height + 1)
    const left = random.integer(side - width + 1)
    for (let y = top; y < top + height; y++)
      for (let i = (y * side + left) * 3; i < (y * side + left + width) * 3; i++)
        view[i] = random.uint32() >>> 24
    return
  }
}

/** Row i becomes `share * row i + (1 - share) * row order[i]`. */
function blend(
  rows: Uint8Array | Float32Array,
  order: readonly number[],
  shares: readonly number[],
  round: (value: number) => number,
): void {
  const before = rows.slice()
  const width = rows.length / order.length
  for (const [i, other] of order.entries())
    for (let j = 0; j < width; j++)
      rows[i * width + j] = round(
        shares[i] * before[i * width + j] + (1 - shares[i]) * before[other * width + j],
      )
}

/** Beta(a, a), never below one half: which of two photos is called the first does not matter. */
function beta(random: RandomStream, a: number): number {
  const [x, y] = [gamma(random, a), gamma(random, a)]
  const share = x + y > 0 ? x / (x + y) : 1
  return Math.max(share, 1 - share)
}

/** Gamma(a, 1) (Marsaglia and Tsang 2000), with their step up for a below 1. */
function gamma(random: RandomStream, a: number): number {
  if (a < 1) return gamma(random, a + 1) * random.uniform() ** (1 / a)
  const d = a - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
