import { argumentError } from '../core/index.js'
import type { AugmentationDraw } from './augment.js'
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
 * The views of one photo: bytes [size, size, 3] for each draw; `null` is the plain view. Zoom, turn, crop and flip
 * are one sampling pass; then contrast about the photo's mean, then brightness.
 */
export function renderViews(
  pixels: Pixels,
  rule: ViewRule,
  draws: readonly (AugmentationDraw | null)[],
): Uint8Array[] {
  checkRule(rule)
  const views: Uint8Array[] = new Array(draws.length)
  renderSome(pixels, rule, draws, () => true, views)
  return views
}

/**
 * The same for a photo that is decoded at the size each view needs. A view depends on its own draw alone, so its
 * bytes are the same whatever is asked for beside it.
 */
export async function renderViewsOf(
  at: (shortSide: number) => Promise<Pixels>,
  rule: ViewRule,
  draws: readonly (AugmentationDraw | null)[],
): Promise<Uint8Array[]> {
  checkRule(rule)
  const views: Uint8Array[] = new Array(draws.length)
  for (const shortSide of new Set(draws.map(draw => neededSide(rule, draw))))
    renderSome(await at(shortSide), rule, draws, draw => neededSide(rule, draw) === shortSide, views)
  return views
}

/** Renders the draws that `which` picks into their places. */
function renderSome(
  pixels: Pixels,
  rule: ViewRule,
  draws: readonly (AugmentationDraw | null)[],
  which: (draw: AugmentationDraw | null) => boolean,
  views: Uint8Array[],
): void {
  const levels = new Map<number, Pixels>()
  let photo: Pixels | undefined
  draws.forEach((draw, i) => {
    if (!which(draw)) return
    if (draw === null) views[i] = renderView(pixels, rule)
    else {
      checkDraw(draw)
      photo ??= rule.resize === 'pad' ? padToSquare(pixels, rule.size) : pixels
      views[i] = renderDraw(photo, rule, draw, levels)
    }
  })
}

/** The short side a view needs to lose nothing. */
function neededSide({ size }: ViewRule, draw: AugmentationDraw | null): number {
  return draw === null ? size : Math.ceil(size * LADDER ** ladderStep(draw))
}

function ladderStep({ zoom }: AugmentationDraw): number {
  return Math.max(0, Math.ceil(Math.log(zoom) / Math.log(LADDER) - 1e-9))
}

/** One augmented view: bytes [size, size, 3]. */
export function renderAugmented(pixels: Pixels, rule: ViewRule, draw: AugmentationDraw): Uint8Array {
  return renderViews(pixels, rule, [draw])[0]
}

function renderDraw(
  photo: Pixels,
  rule: ViewRule,
  draw: AugmentationDraw,
  levels: Map<number, Pixels>,
): Uint8Array {
  const { size } = rule
  const scaled = scaledSize(photo, rule, draw.zoom)
  const step = ladderStep(draw)
  let source = levels.get(step)
  if (!source) {
    source = prefilter(photo, scaledSize(photo, rule, LADDER ** step))
    levels.set(step, source)
  }
  const view = warp(source, mapping(source, scaled, size, draw), size, size).data
  relight(view, draw)
  return view
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

/** From a pixel of the view back through flip, crop, turn (about the scaled photo's centre) and scale. */
function mapping(source: Size, scaled: Size, size: number, draw: AugmentationDraw): AffineMap {
  const radians = (draw.angle * Math.PI) / 180
  const cos = Math.cos(radians)
  const sin = Math.sin(radians)
  const perX = source.width / scaled.width
  const perY = source.height / scaled.height
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
function relight(view: Uint8Array, { brightness, contrast }: AugmentationDraw): void {
  if (brightness === 0 && contrast === 1) return
  let total = 0
  for (let i = 0; i < view.length; i++) total += view[i]
  const mean = total / view.length
  const table = new Uint8Array(256)
  for (let value = 0; value < 256; value++) {
    const lit = Math.round((value - mean) * contrast + mean + brightness * 255)
    table[value] = Math.max(0, Math.min(255, lit))
  }
  for (let i = 0; i < view.length; i++) view[i] = table[view[i]]
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
