import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import type { CheckedData, CheckedPhoto } from '../check.js'
import type { HeaderFacts } from '../facts/index.js'
import { qualityOf } from './jpeg-quality.js'
import { tells } from './tells.js'

/** Nothing is shrunk below this short side, pixels: less shows nothing. */
const LEAST_SIDE = 16

/** How every photo is written anew; kept in the journal, so that a run that was cut off goes on by it. */
export interface EvenPlan {
  /** Width by height, where every photo is cropped about its middle; null where shapes tell nothing. */
  readonly aspect: number | null
  /** Height with a common aspect, else the short side, pixels; null where sizes tell nothing. */
  readonly side: number | null
  readonly format: 'jpeg' | 'png'
  /** Of the JPEG, 1 to 100. */
  readonly quality: number
  readonly subsampling: '4:2:0' | '4:4:4'
}

export const evenPlanSchema: z.ZodType<EvenPlan> = z.object({
  aspect: z.number().positive().nullable(),
  side: z.int().positive().nullable(),
  format: z.enum(['jpeg', 'png']),
  quality: z.int().min(1).max(100),
  subsampling: z.enum(['4:2:0', '4:4:4']),
})

type Usable = CheckedPhoto & { readonly header: HeaderFacts }

/**
 * How photos are to be written so that size, shape, compression and what is stored beside the picture no longer tell the classes
 * apart, with no photo worse than the class that is worst in it: sizes come down to the median of the smallest class, quality to
 * that of the most compressed one. Undefined where nothing of this tells them apart.
 *
 * @throws `usage` for one class
 */
export function planEvenOut({ labels, photos }: CheckedData): EvenPlan | undefined {
  const usable = photos.flatMap((photo): Usable[] =>
    photo.facts.header !== null && photo.facts.problem === null
      ? [{ ...photo, header: photo.facts.header }]
      : [],
  )
  if (new Set(usable.map(({ label }) => label)).size < 2)
    throw new ChiquitoError(
      'usage',
      `--even-out makes classes alike, and here is ${labels.length === 1 ? `only "${labels[0]}"` : 'one class at most'}. Give ` +
        'the folder with all classes.',
    )
  const of = (measure: (header: HeaderFacts) => number) => usable.map(({ header }) => measure(header))
  const own = usable.map(({ label }) => label)
  const aspect = tells(of(aspectOf), own) ? commonAspect(usable) : null
  const sides = of(header => (aspect === null ? shortSide(header) : croppedHeight(header, aspect)))
  const isSideTold = tells(sides, own) || tells(of(longSide), own)
  const isWritingTold = [isJpeg, quantisation, subsampling, hasExif, hasProfile].some(measure =>
    tells(of(measure), own),
  )
  if (aspect === null && !isSideTold && !isWritingTold) return undefined
  const classes = byClass(usable)
  return {
    aspect,
    side: isSideTold ? Math.max(LEAST_SIDE, Math.round(worst(classes, sidesOf(aspect)))) : null,
    format: usable.some(({ header }) => header.quantisation !== null) || !isAllPng(usable) ? 'jpeg' : 'png',
    quality: Math.round(worst(classes, header => qualityOf(header.quantisation))),
    subsampling: classes.some(isMostlySubsampled) ? '4:2:0' : '4:4:4',
  }
}

/** What of the plan a person should know. */
export function describePlan({ aspect, side, format, quality, subsampling }: EvenPlan): string {
  const shape = aspect === null ? '' : `cropped about its middle to ${ratio(aspect)}`
  const size =
    side === null
      ? ''
      : aspect === null
        ? `a short side of ${side} pixels`
        : `${Math.round(side * aspect)} x ${side} pixels`
  const file = format === 'png' ? 'PNG' : `JPEG of quality ${quality}, ${subsampling}`
  return `Every photo becomes ${[file, shape, size].filter(Boolean).join(', ')}, without EXIF and profile.`
}

function ratio(aspect: number): string {
  return aspect === 1 ? 'a square' : `${aspect.toFixed(2)}:1`
}

const shortSide = ({ width, height }: HeaderFacts) => Math.min(width, height)
const longSide = ({ width, height }: HeaderFacts) => Math.max(width, height)
const aspectOf = ({ width, height }: HeaderFacts) => width / height
const isJpeg = ({ format }: HeaderFacts) => Number(format === 'jpeg')
const quantisation = (header: HeaderFacts) => header.quantisation ?? 0
const hasExif = (header: HeaderFacts) => Number(header.hasExif)
const hasProfile = (header: HeaderFacts) => Number(header.hasProfile)
const subsampling = (header: HeaderFacts) => Number(isSubsampled(header))

function isSubsampled({ subsampling }: HeaderFacts): boolean {
  return subsampling !== null && subsampling !== '4:4:4' && subsampling !== '4:0:0'
}

/** Height of the largest part with an aspect. */
function croppedHeight({ width, height }: HeaderFacts, aspect: number): number {
  return Math.min(height, width / aspect)
}

function sidesOf(aspect: number | null): (header: HeaderFacts) => number {
  return header => (aspect === null ? shortSide(header) : croppedHeight(header, aspect))
}

/** Of the classes' usual shapes the one nearest to a square: as a square networks see most photos. */
function commonAspect(usable: readonly Usable[]): number {
  const medians = byClass(usable).map(own => median(own.map(({ header }) => aspectOf(header))))
  const [nearest] = medians.sort((a, b) => Math.abs(Math.log(a)) - Math.abs(Math.log(b)) || a - b)
  return nearest
}

function byClass(usable: readonly Usable[]): Usable[][] {
  const labels = [...new Set(usable.map(({ label }) => label))].sort((a, b) => a - b)
  return labels.map(label => usable.filter(photo => photo.label === label))
}

/** The lowest of the classes' medians. */
function worst(classes: readonly (readonly Usable[])[], measure: (header: HeaderFacts) => number): number {
  return Math.min(...classes.map(own => median(own.map(({ header }) => measure(header)))))
}

/** The lower of the two in the middle, so that it is a value that occurs. */
function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1]
}

function isMostlySubsampled(own: readonly Usable[]): boolean {
  return own.filter(({ header }) => isSubsampled(header)).length * 2 >= own.length
}

function isAllPng(usable: readonly Usable[]): boolean {
  return usable.every(({ header }) => header.format === 'png')
}
