import type { Pixels } from '../pixels.js'
import { kernels, type Program } from './program.js'

/** Most bytes of a source in the kernels' memory; of larger ones the plain loops take care. */
const MOST = 16 * 1024 * 1024

/** A load may reach so far beyond what it is for. */
const SLACK = 16

/** A picture in the kernels' memory, and room for what is sampled from it. */
export interface Sampler {
  /** Pixels `from` to `to` of row v, all of them inside: pixel u is read at (x + u xu, y + u yu). */
  row(v: number, x: number, y: number, xu: number, yu: number, from: number, to: number): void
  /** All rows, as a copy. */
  rows(): Uint8Array
}

/** Undefined where the kernels cannot be used. */
export function samplerOf(source: Pixels, width: number, height: number): Sampler | undefined {
  const program = source.data.length <= MOST ? kernels() : undefined
  return program && sampler(program, source, width * 3, height)
}

function sampler(program: Program, source: Pixels, line: number, height: number): Sampler {
  const stride = source.width * 3
  const output = (source.data.length + SLACK + 15) & ~15
  const memory = program.bytes(output + line * height + SLACK)
  memory.set(source.data)
  return {
    row: (v, x, y, xu, yu, from, to) =>
      program.sample(0, stride, x, y, xu, yu, output + v * line + from * 3, from, to),
    rows: () => memory.slice(output, output + line * height),
  }
}
