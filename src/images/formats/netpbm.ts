import type { Pixels } from '../pixels.js'
import { FEWER_BITS, fewerBits, type PhotoHead } from './photo-file.js'
import { Refusal } from './refusal.js'
import { onWhite } from './rgba.js'

/** A Netpbm file's header. */
interface NetpbmHeader {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** The sample that is white. */
  readonly most: number
  /** Samples as digits, bits (1 is black) or bytes. */
  readonly samples: 'digits' | 'bits' | 'bytes'
  /** PBM's bits mean ink. */
  readonly inverted: boolean
  /** Where the samples begin. */
  readonly end: number
}

const CHANNELS: Readonly<Record<string, number>> = { P1: 1, P2: 1, P3: 3, P4: 1, P5: 1, P6: 3 }
/** A header longer than this is none: comments included, they take a line or two. */
const MAX_HEADER = 4096
const MOST = 65535

/** Netpbm's PBM, PGM, PPM (plain and raw) and PAM, of 1 to 16 bits. */
export async function openNetpbm(bytes: Uint8Array): Promise<PhotoHead> {
  const header = readHeader(bytes)
  const { width, height, channels, most, samples } = header
  if (!(width > 0 && height > 0 && most > 0 && most <= MOST && channels >= 1 && channels <= 4))
    throw new Refusal(
      `a damaged Netpbm header (${width} x ${height}, ${channels} channels, largest value ${most})`,
    )
  return {
    width,
    height,
    shrinks: false,
    memory: () => width * height * (3 + channels * 3),
    async decode() {
      const values = samples === 'digits' ? readDigits(bytes, header) : readBinary(bytes, header)
      const pixels = colours(values, header)
      if (most === MOST && fewerBits(pixels)) throw new Refusal(FEWER_BITS)
      return pixels
    },
  }
}

function readHeader(bytes: Uint8Array): NetpbmHeader {
  const kind = String.fromCharCode(bytes[0], bytes[1])
  if (kind === 'P7') return readPamHeader(bytes)
  const bitmap = kind === 'P1' || kind === 'P4'
  const words: number[] = []
  let at = 2
  while (words.length < (bitmap ? 2 : 3)) {
    at = skipSpace(bytes, at)
    const start = at
    while (isDigit(bytes[at])) at++
    if (at === start || at > MAX_HEADER) throw new Refusal('a damaged Netpbm header')
    words.push(Number(Buffer.from(bytes.subarray(start, at)).toString('latin1')))
  }
  const samples = kind < 'P4' ? 'digits' : bitmap ? 'bits' : 'bytes'
  // One white space ends the header.
  return {
    width: words[0],
    height: words[1],
    channels: CHANNELS[kind],
    most: bitmap ? 1 : words[2],
    samples,
    inverted: bitmap,
    end: at + 1,
  }
}

function readPamHeader(bytes: Uint8Array): NetpbmHeader {
  const text = Buffer.from(bytes.subarray(0, MAX_HEADER)).toString('latin1')
  const end = text.indexOf('ENDHDR\n')
  const number = (word: string) =>
    Number(new RegExp(`^${word}\\s+(\\d+)`, 'm').exec(text.slice(0, Math.max(0, end)))?.[1] ?? 0)
  return {
    width: number('WIDTH'),
    height: number('HEIGHT'),
    channels: number('DEPTH'),
    most: number('MAXVAL'),
    samples: 'bytes',
    inverted: false,
    end: end + 'ENDHDR\n'.length,
  }
}

/** White space and comments, which go from a # to the end of the line. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++
    else if (bytes[at] === 0x20 || (bytes[at] >= 9 && bytes[at] <= 13)) at++
    else return at
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

const TRUNCATED = 'the Netpbm file is truncated: it ends before the picture does'

function readDigits(
  bytes: Uint8Array,
  { width, height, channels, most, inverted, end }: NetpbmHeader,
): Uint16Array {
  const values = new Uint16Array(width * height * channels)
  let at = end
  for (let i = 0; i < values.length; i++) {
    at = skipSpace(bytes, at)
    if (!isDigit(bytes[at]))
      throw new Refusal(
        at >= bytes.length ? TRUNCATED : 'a damaged Netpbm file: not a number among its samples',
      )
    let value = 0
    // A bitmap's digits need no space between them.
    do value = Math.min(value * 10 + bytes[at] - 0x30, MOST)
    while (isDigit(bytes[++at]) && !inverted)
    values[i] = Math.min(value, most)
  }
  return values
}

function readBinary(
  bytes: Uint8Array,
  { width, height, channels, most, samples, end }: NetpbmHeader,
): Uint16Array {
  const values = new Uint16Array(width * height * channels)
  const wide = most > 255
  const stride = samples === 'bits' ? Math.ceil(width / 8) : width * channels * (wide ? 2 : 1)
  if (bytes.length < end + stride * height) throw new Refusal(TRUNCATED)
  for (let y = 0, i = 0; y < height; y++) {
    const row = end + y * stride
    for (let x = 0; x < width * channels; x++, i++) {
      if (samples === 'bits') values[i] = (bytes[row + (x >> 3)] >> (7 - (x & 7))) & 1
      else
        values[i] = Math.min(most, wide ? (bytes[row + 2 * x] << 8) | bytes[row + 2 * x + 1] : bytes[row + x])
    }
  }
  return values
}

function colours(values: Uint16Array, { width, height, channels, most, inverted }: NetpbmHeader): Pixels {
  const data = new Uint8Array(width * height * 4)
  const byte = (value: number) => (value * 255) / most + 0.5
  const grey = channels < 3
  for (let out = 0, at = 0; out < data.length; out += 4, at += channels) {
    for (let i = 0; i < 3; i++) {
      const value = values[at + (grey ? 0 : i)]
      data[out + i] = byte(inverted ? most - value : value)
    }
    data[out + 3] = channels % 2 === 0 ? byte(values[at + channels - 1]) : 255
  }
  return onWhite({ width, height, data })
}
