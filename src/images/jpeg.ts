import { readFileSync } from 'node:fs'
import { assetPath, ChiquitoError } from '../core/index.js'
import type { JpegHeader } from './jpeg-header.js'
import { orient } from './orient.js'
import type { Pixels, Taps } from './pixels.js'
import { usedInputs } from './resize.js'

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
  /** Room for so many numbers of column and row taps; 0 where there is none. */
  readonly reserveTaps: (columns: number, rows: number) => number
  readonly rowTapsPlace: () => number
  /** Where the resized picture lies; 0 where there is no room. */
  readonly resize: (stride: number, from: number, to: number, width: number, height: number) => number
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
    const pixels = new DecodedPixels(decoder, (width * eighths + 7) >> 3, (height * eighths + 7) >> 3)
    release()
    return orient(pixels, orientation)
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
  const { memory, ...functions } = new WebAssembly.Instance(module).exports
  if (!(memory instanceof WebAssembly.Memory))
    throw new ChiquitoError(
      'io',
      'assets/jpeg-decoder.wasm is not the JPEG decoder; install the package again.',
    )
  const call = (name: string) => {
    const found = functions[name]
    if (isNumeric(found)) return found
    throw new ChiquitoError('io', `assets/jpeg-decoder.wasm has no ${name}; install the package again.`)
  }
  return {
    memory,
    reserve: call('reserve'),
    decode: call('decode'),
    pixels: call('pixels'),
    reserveTaps: call('reserveTaps'),
    rowTapsPlace: call('rowTapsPlace'),
    resize: call('resize'),
  }
}

function isNumeric(value: unknown): value is (...values: number[]) => number {
  return typeof value === 'function'
}

/** The last decoded photo, where it lies. */
class DecodedPixels implements Pixels {
  constructor(
    private readonly decoder: Decoder,
    readonly width: number,
    readonly height: number,
  ) {}

  /** A new view each time: views end when WebAssembly's memory grows. */
  get data(): Uint8Array {
    const at = this.decoder.pixels() >>> 0
    return new Uint8Array(this.decoder.memory.buffer, at, this.width * this.height * 3)
  }

  blend(columns: Taps, rows: Taps): Uint8Array | undefined {
    const { memory, reserveTaps, rowTapsPlace, resize } = this.decoder
    const parts = [columns, rows].map(({ first, count, at, weights }) => [first, count, at, weights])
    const [columnCount, rowCount] = parts.map(arrays => arrays.reduce((sum, array) => sum + array.length, 0))
    const columnsAt = reserveTaps(columnCount, rowCount) >>> 0
    if (columnsAt === 0) return undefined
    const numbers = new Int32Array(memory.buffer)
    for (const [i, start] of [columnsAt, rowTapsPlace() >>> 0].entries()) {
      let place = start >> 2
      for (const array of parts[i]) {
        numbers.set(array, place)
        place += array.length
      }
    }
    const { from, to } = usedInputs(columns)
    const [width, height] = [columns.first.length, rows.first.length]
    const out = resize(this.width * 3, from, to, width, height) >>> 0
    return out === 0 ? undefined : new Uint8Array(memory.buffer, out, width * height * 3).slice()
  }
}
