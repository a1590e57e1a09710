import { samplerOf } from './kernels/index.js'
import type { Pixels } from './pixels.js'

// Inverse-mapped bilinear sampling. Also runs in a browser: nothing here knows Node.

/**
 * Where each output pixel comes from: output (u, v), counted in whole pixels, reads the source at
 * (x + u·xu + v·xv, y + u·yu + v·yv), in pixels between pixel centres.
 */
export interface AffineMap {
  readonly x: number
  readonly y: number
  readonly xu: number
  readonly xv: number
  readonly yu: number
  readonly yv: number
}

/** Positions between two centres are rounded to 1/256: finer would not change a byte by more than one. */
const STEPS = 256
const HALF = (STEPS * STEPS) >> 1

/** The source seen through a map, as width x height pixels. Beyond its border the source continues mirrored. */
export function warp(source: Pixels, map: AffineMap, width: number, height: number): Pixels {
  const sampler = samplerOf(source, width, height)
  if (!sampler) return warpPlainly(source, map, width, height)
  const runs: Run[] = []
  for (let v = 0; v < height; v++) {
    const run = runOf(source, map, v, width)
    runs.push(run)
    if (run.from < run.to) sampler.row(v, run.x, run.y, map.xu, map.yu, run.from, run.to)
  }
  const data = sampler.rows()
  for (const [v, run] of runs.entries()) sampleEnds(source, map, run, data, v * width * 3, width)
  return { width, height, data }
}

/** The same without the kernels. */
function warpPlainly(source: Pixels, map: AffineMap, width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3)
  for (let v = 0; v < height; v++) {
    const run = runOf(source, map, v, width)
    sampleInside(source, run, map, data, v * width * 3)
    sampleEnds(source, map, run, data, v * width * 3, width)
  }
  return { width, height, data }
}

/** A row of the output, and which of its pixels, `from` to `to`, lie inside the source: the others are mirrored. */
interface Run {
  readonly x: number
  readonly y: number
  readonly from: number
  readonly to: number
}

/** The map is affine: what lies inside is one run. */
function runOf(source: Pixels, map: AffineMap, v: number, width: number): Run {
  const x = map.x + v * map.xv
  const y = map.y + v * map.yv
  const isIn = (u: number) => isInside(source, x + u * map.xu, y + u * map.yu)
  let [from, to] = [0, width]
  while (from < to && !isIn(from)) from++
  while (to > from && !isIn(to - 1)) to--
  return { x, y, from, to }
}

/** What lies beside the run. */
function sampleEnds(
  source: Pixels,
  map: AffineMap,
  { x, y, from, to }: Run,
  out: Uint8Array,
  at: number,
  width: number,
): void {
  sampleMirrored(source, x, y, map, out, at, 0, from)
  sampleMirrored(source, x, y, map, out, at, to, width)
}

/** Whether the four pixels around a position exist, with room for rounding. */
function isInside({ width, height }: Pixels, x: number, y: number): boolean {
  return x >= 0.01 && y >= 0.01 && x <= width - 1.01 && y <= height - 1.01
}

// Math.imul and `| 0` tell the compiler that these are 32-bit integers: without them it checks every sum.

function sampleInside(
  { data, width }: Pixels,
  { x, y, from, to }: Run,
  { xu, yu }: AffineMap,
  out: Uint8Array,
  at: number,
): void {
  const stride = (width * 3) | 0
  for (let u = from, o = at + from * 3; u < to; u++, o += 3) {
    const px = x + u * xu
    const py = y + u * yu
    const left = px | 0
    const top = py | 0
    const right = ((px - left) * STEPS) | 0
    const below = ((py - top) * STEPS) | 0
    const p = (Math.imul(top, stride) + Math.imul(left, 3)) | 0
    const q = (p + stride) | 0
    const d = Math.imul(right, below)
    const c = (Math.imul(STEPS, below) - d) | 0
    const b = (Math.imul(STEPS, right) - d) | 0
    const a = (STEPS * STEPS - b - c - d) | 0
    out[o] = mix(data[p], a, data[p + 3], b, data[q], c, data[q + 3], d)
    out[o + 1] = mix(data[p + 1], a, data[p + 4], b, data[q + 1], c, data[q + 4], d)
    out[o + 2] = mix(data[p + 2], a, data[p + 5], b, data[q + 2], c, data[q + 5], d)
  }
}

/** Four bytes by weights that sum to 2^16. */
function mix(
  first: number,
  a: number,
  second: number,
  b: number,
  third: number,
  c: number,
  fourth: number,
  d: number,
): number {
  const upper = (Math.imul(first, a) + Math.imul(second, b)) | 0
  const lower = (Math.imul(third, c) + Math.imul(fourth, d)) | 0
  return (upper + lower + HALF) >> 16
}

function sampleMirrored(
  source: Pixels,
  x: number,
  y: number,
  { xu, yu }: AffineMap,
  out: Uint8Array,
  at: number,
  from: number,
  to: number,
): void {
  const { data, width, height } = source
  for (let u = from, o = at + from * 3; u < to; u++, o += 3) {
    const px = x + u * xu
    const py = y + u * yu
    const left = Math.floor(px)
    const top = Math.floor(py)
    const right = ((px - left) * STEPS) | 0
    const below = ((py - top) * STEPS) | 0
    const x0 = mirror(left, width) * 3
    const x1 = mirror(left + 1, width) * 3
    const y0 = mirror(top, height) * width * 3
    const y1 = mirror(top + 1, height) * width * 3
    const d = right * below
    const c = STEPS * below - d
    const b = STEPS * right - d
    const a = STEPS * STEPS - b - c - d
    for (let k = 0; k < 3; k++)
      out[o + k] = mix(data[y0 + x0 + k], a, data[y0 + x1 + k], b, data[y1 + x0 + k], c, data[y1 + x1 + k], d)
  }
}

/** Index of a position in a line that continues mirrored at both ends, the last pixel twice: cba abc cba. */
export function mirror(position: number, length: number): number {
  if (position >= 0 && position < length) return position
  const period = 2 * length
  const within = ((position % period) + period) % period
  return within < length ? within : period - 1 - within
}
