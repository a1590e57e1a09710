import { argumentError } from '../core/index.js'
import type { AugmentationDraw } from './augment.js'
import { relightByKernels } from './kernels/index.js'
import { MAX_ZOOM } from './limits.js'
import { blank, type Pixels, paste } from './pixels.js'
import { resizeTo } from './resize.js'
import { checkRule, NEUTRAL, renderView, type ViewRule } from './view.js'
import { type AffineMap, warp } from './warp.js'

/**
 * Zooms share prefiltered sources a quarter apart: reading a source at up to 1.25 times its own spacing with 2 x 2
 * pixels leaves nothing out that shows, and K views of a photo need few prefilters.
 */
const LADDER = 1.25

/**
 * What views of a photo are sampled from: the photo, shrunk for a range of zooms, and the size it had before. Depends
 * on the photo, the rule and the step of the ladder alone, so it can be kept for later views.
 */
export interface ViewSource {
  readonly pixels: Pixels
  readonly width: number
  readonly height: number
}

/** The step of the plain view, whose source is the view itself. */
const plainStep = -1

/** Sources by step of the ladder. */
export type ViewSources = Map<number, ViewSource>

/**
 * The views of one photo: bytes [size, size, 3] for each draw; `null` is the plain view. Zoom, turn, crop and flip
 * are one sampling pass; then contrast about the photo's mean, then brightness.
 */
export function renderViews(
  pixels: Pixels,
  rule: ViewRule,
  draws: readonly (AugmentationDraw | null)[],
): Uint8Array[] {
  checkRule(rule)
  const sources: ViewSources = new Map()
  return draws.map(draw => {
    const step = stepOf(draw)
    const source = sources.get(step) ?? viewSource(pixels, rule, step, sources)
    sources.set(step, source)
    return viewFrom(source, rule, draw)
  })
}

/**
 * The same for a photo that is decoded at the size each view needs. A view depends on its own draw alone, so its
 * bytes are the same whatever is asked for beside it.
 *
 * @param sources those there are already; those made are added
 */
export async function renderViewsOf(
  at: (shortSide: number) => Promise<Pixels>,
  rule: ViewRule,
  draws: readonly (AugmentationDraw | null)[],
  sources: ViewSources = new Map(),
): Promise<Uint8Array[]> {
  checkRule(rule)
  const views: Uint8Array[] = []
  for (const draw of draws) {
    const step = stepOf(draw)
    const source = sources.get(step) ?? viewSource(await at(neededSide(rule, step)), rule, step, sources)
    sources.set(step, source)
    views.push(viewFrom(source, rule, draw))
  }
  return views
}

/** @param sources those there are already */
function viewSource(pixels: Pixels, rule: ViewRule, step: number, sources: ViewSources): ViewSource {
  const { size } = rule
  if (step === plainStep)
    return {
      pixels: { width: size, height: size, data: renderView(pixels, rule) },
      width: size,
      height: size,
    }
  const photo = rule.resize === 'pad' ? padToSquare(pixels, size) : pixels
  const { width, height } = photo
  const plain = step === 0 && isPlainPrefiltered(photo, rule) ? sources.get(plainStep)?.pixels : undefined
  return { pixels: plain ?? prefilter(photo, scaledSize(photo, rule, LADDER ** step)), width, height }
}

function viewFrom(source: ViewSource, rule: ViewRule, draw: AugmentationDraw | null): Uint8Array {
  if (draw === null) return Uint8Array.from(source.pixels.data)
  const view = warp(source.pixels, mapping(source, rule, draw), rule.size, rule.size).data
  relight(view, draw)
  return view
}

/** The short side a photo needs for views of a step to lose nothing. */
function neededSide({ size }: ViewRule, step: number): number {
  return step === plainStep ? size : Math.ceil(size * LADDER ** step)
}

/** Which source a view is sampled from. */
function stepOf(draw: AugmentationDraw | null): number {
  if (draw === null) return plainStep
  checkDraw(draw)
  return Math.max(0, Math.ceil(Math.log(draw.zoom) / Math.log(LADDER) - 1e-9))
}

/** One augmented view: bytes [size, size, 3]. */
export function renderAugmented(pixels: Pixels, rule: ViewRule, draw: AugmentationDraw): Uint8Array {
  return renderViews(pixels, rule, [draw])[0]
}

interface Size {
  readonly width: number
  readonly height: number
}

/** The photo's size, in view pixels, after scaling and zooming and before the crop; fractions kept. */
function scaledSize(photo: Size, { size, resize }: ViewRule, zoom: number): Size {
  const side = size * zoom
  if (resize !== 'crop') return { width: side, height: side }
  const factor = side / Math.min(photo.width, photo.height)
  return { width: photo.width * factor, height: photo.height * factor }
}

/** Shrinks along the axes where sampling at the target's spacing would skip pixels. */
function prefilter(photo: Pixels, target: Size): Pixels {
  const width = photo.width > target.width * LADDER ? Math.round(target.width) : photo.width
  const height = photo.height > target.height * LADDER ? Math.round(target.height) : photo.height
  return resizeTo(photo, width, height)
}

/** Whether a squashed photo is what it is prefiltered to without zoom: then nothing is resized twice. */
function isPlainPrefiltered({ width, height }: Size, { size, resize }: ViewRule): boolean {
  return resize === 'squash' && Math.min(width, height) > size * LADDER
}

/** From a pixel of the view back through flip, crop, turn (about the scaled photo's centre) and scale. */
function mapping(source: ViewSource, rule: ViewRule, draw: AugmentationDraw): AffineMap {
  const { size } = rule
  const scaled = scaledSize(source, rule, draw.zoom)
  const radians = (draw.angle * Math.PI) / 180
  const cos = Math.cos(radians)
  const sin = Math.sin(radians)
  const perX = source.pixels.width / scaled.width
  const perY = source.pixels.height / scaled.height
  const sign = draw.flip ? -1 : 1
  // Centre of the view's first pixel, seen from the scaled photo's centre.
  const left = (scaled.width - size) * draw.x + (draw.flip ? size - 0.5 : 0.5) - scaled.width / 2
  const top = (scaled.height - size) * draw.y + 0.5 - scaled.height / 2
  return {
    x: (left * cos + top * sin + scaled.width / 2) * perX - 0.5,
    y: (-left * sin + top * cos + scaled.height / 2) * perY - 0.5,
    xu: sign * cos * perX,
    xv: sin * perX,
    yu: -sign * sin * perY,
    yv: cos * perY,
  }
}

/** Contrast about the mean of all bytes, then brightness (fastai 0.7's `lighting`), by table. */
function relight(view: Uint8Array, draw: AugmentationDraw): void {
  if (draw.brightness === 0 && draw.contrast === 1) return
  if (relightByKernels(view, mean => lightTable(draw, mean))) return
  let total = 0
  for (let i = 0; i < view.length; i++) total += view[i]
  const table = lightTable(draw, total / view.length)
  for (let i = 0; i < view.length; i++) view[i] = table[view[i]]
}

/** What becomes of each value of a byte. */
function lightTable({ brightness, contrast }: AugmentationDraw, mean: number): Uint8Array {
  const table = new Uint8Array(256)
  for (let value = 0; value < 256; value++) {
    const lit = Math.round((value - mean) * contrast + mean + brightness * 255)
    table[value] = Math.max(0, Math.min(255, lit))
  }
  return table
}

/** The whole photo on a square neutral ground; first shrunk where the square would be far larger than any view. */
function padToSquare(pixels: Pixels, size: number): Pixels {
  const long = Math.max(pixels.width, pixels.height)
  const side = Math.min(long, Math.ceil(size * MAX_ZOOM))
  const photo = resizeTo(
    pixels,
    Math.max(1, Math.round((pixels.width / long) * side)),
    Math.max(1, Math.round((pixels.height / long) * side)),
  )
  const canvas = blank(side, side, NEUTRAL)
  paste(canvas, photo, (side - photo.width) >> 1, (side - photo.height) >> 1)
  return canvas
}

/** Draws may come from a file or another thread. */
function checkDraw(draw: AugmentationDraw): void {
  for (const name of ['angle', 'zoom', 'x', 'y', 'brightness', 'contrast'] as const)
    if (!Number.isFinite(draw[name])) throw argumentError(`draw.${name}`, 'a finite number', draw[name])
  if (draw.zoom < 1 || draw.zoom > MAX_ZOOM)
    throw argumentError('draw.zoom', `from 1 to ${MAX_ZOOM}`, draw.zoom)
}
