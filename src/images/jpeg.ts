import { readFileSync } from 'node:fs'
import { assetPath, ChiquitoError } from '../core/index.js'
import type { JpegHeader } from './jpeg-header.js'
import { orient } from './orient.js'
import type { Pixels } from './pixels.js'

// The decoder for nearly all photos: baseline and progressive JPEG, shrunk by eighths while decoding. Its source is
// in wasm/jpeg; what it refuses (CMYK, odd sampling, anything damaged) goes to the image library.

/** Memory of one photo that is worth keeping for the next; beyond, the decoder is let go and made anew. */
const KEPT_BYTES = 96 * 1024 * 1024

interface Decoder {
  readonly memory: WebAssembly.Memory
  /** Room for a file; 0 where there is none. */
  readonly reserve: (length: number) => number
  /** 0 where the file was decoded. */
  readonly decode: (length: number, eighths: number) => number
  readonly pixels: () => number
}

let module: WebAssembly.Module | undefined
let decoder: Decoder | undefined

/**
 * Decodes a JPEG file so that its short side keeps at least `shortSide` pixels where it has them, upright. Returns
 * undefined for a file that this decoder does not take. The pixels may lie in memory that the next call overwrites.
 */
export function decodeJpeg(bytes: Uint8Array, header: JpegHeader, shortSide: number): Pixels | undefined {
  const { width, height, components, isYcc, orientation } = header
  if (components !== 1 && !(components === 3 && isYcc)) return undefined
  const eighths = eighthsFor(Math.min(width, height), shortSide)
  try {
    decoder ??= open()
    const input = decoder.reserve(bytes.length) >>> 0
    if (input === 0) return release()
    new Uint8Array(decoder.memory.buffer).set(bytes, input)
    if (decoder.decode(bytes.length, eighths) !== 0) return release()
    const size = { width: (width * eighths + 7) >> 3, height: (height * eighths + 7) >> 3 }
    const at = decoder.pixels() >>> 0
    const data = new Uint8Array(decoder.memory.buffer, at, size.width * size.height * 3)
    release()
    return orient({ ...size, data }, orientation)
  } catch (error) {
    // A damaged file led it astray; WebAssembly stopped it. Its state is not to be trusted any more.
    decoder = undefined
    if (error instanceof WebAssembly.RuntimeError) return undefined
    throw error
  }
}

/** The smallest scale in eighths that leaves the short side long enough. */
export function eighthsFor(short: number, wanted: number): number {
  for (let eighths = 1; eighths < 8; eighths++) if ((short * eighths + 7) >> 3 >= wanted) return eighths
  return 8
}

/** Memory of WebAssembly never shrinks: after a large photo it is left to the garbage collector. */
function release(): undefined {
  if (decoder && decoder.memory.buffer.byteLength > KEPT_BYTES) decoder = undefined
}

function open(): Decoder {
  module ??= new WebAssembly.Module(readFileSync(assetPath('jpeg-decoder.wasm')))
  const { memory, reserve, decode, pixels } = new WebAssembly.Instance(module).exports
  if (
    !(memory instanceof WebAssembly.Memory) ||
    !isNumeric(reserve) ||
    !isNumeric(decode) ||
    !isNumeric(pixels)
  )
    throw new ChiquitoError(
      'io',
      'assets/jpeg-decoder.wasm is not the JPEG decoder; install the package again.',
    )
  return { memory, reserve, decode, pixels }
}

function isNumeric(value: unknown): value is (...values: number[]) => number {
  return typeof value === 'function'
}
