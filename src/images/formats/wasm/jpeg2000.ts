import openjpeg from '@cornerstonejs/codec-openjpeg/decodewasmjs'
import type { Pixels } from '../../pixels.js'
import { FEWER_BITS, fewerBits, type PhotoHead } from '../photo-file.js'
import { CONVERT, Refusal } from '../refusal.js'
import { instanceOf } from './instance.js'

const PROGRAM = '@cornerstonejs/codec-openjpeg/decodewasm'
/** The codestream's first markers: start, then sizes. */
const START = Buffer.from([0xff, 0x4f, 0xff, 0x51])
/** A palette among the boxes of a JP2 file: samples are then not colours. */
const PALETTE = Buffer.from('pclr', 'latin1')
const LUMA_CHROMA = 3

/** JPEG 2000, bare or in a JP2 file: grey, or three colours, of 1 to 16 bits. */
export async function openJpeg2000(bytes: Uint8Array): Promise<PhotoHead> {
  const { width, height, bits, components } = readSizes(bytes)
  return {
    width,
    height,
    shrinks: false,
    // OpenJPEG keeps a word a sample, twice where it turns wavelets back.
    memory: () => width * height * (components * (8 + bits / 4) + 3),
    async decode() {
      const { J2KDecoder } = await openjpeg(await instanceOf(PROGRAM))
      const decoder = new J2KDecoder()
      try {
        decoder.getEncodedBuffer(bytes.length).set(bytes)
        decoder.decode()
      } catch (error) {
        // It throws numbers.
        throw new Refusal('the JPEG 2000 file is damaged or of a kind that cannot be decoded', {
          cause: error,
        })
      }
      const frame = decoder.getFrameInfo()
      if (frame.width !== width || frame.height !== height || frame.componentCount !== components)
        throw new Refusal('the JPEG 2000 file is damaged or truncated')
      const pixels = coloursOf(
        decoder.getDecodedBuffer(),
        width,
        height,
        bits,
        components,
        decoder.getColorSpace(),
      )
      if (bits === 16 && fewerBits(pixels)) throw new Refusal(FEWER_BITS)
      return pixels
    },
  }
}

/** The SIZ marker (ISO/IEC 15444-1, A.5.1), checked for what the decoder takes. */
function readSizes(bytes: Uint8Array) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = file.indexOf(START)
  if (start < 0 || start + 42 > file.length) throw new Refusal('the JPEG 2000 file is truncated or damaged')
  const at = start + 4
  const refuse = (what: string) =>
    new Refusal(`a JPEG 2000 file ${what}, which cannot be decoded here; ${CONVERT}`)
  const components = file.readUInt16BE(at + 36)
  if (components !== 1 && components !== 3) throw refuse(`of ${components} components`)
  if (at + 38 + 3 * components > file.length) throw new Refusal('the JPEG 2000 file is truncated')
  const each = Array.from({ length: components }, (_, i) => file.subarray(at + 38 + 3 * i, at + 41 + 3 * i))
  if (each.some(part => !part.equals(each[0]))) throw refuse('of components of different depths or sizes')
  const [depth, across, down] = each[0]
  if (across !== 1 || down !== 1) throw refuse('of subsampled components')
  if (depth & 0x80) throw refuse('of signed samples')
  if (depth + 1 > 16) throw refuse(`of ${depth + 1} bits a sample`)
  if (file.subarray(0, start).includes(PALETTE)) throw refuse('with a palette')
  return {
    width: file.readUInt32BE(at + 4) - file.readUInt32BE(at + 12),
    height: file.readUInt32BE(at + 8) - file.readUInt32BE(at + 16),
    bits: depth + 1,
    components,
  }
}

function coloursOf(
  data: Uint8Array,
  width: number,
  height: number,
  bits: number,
  components: number,
  colourSpace: number,
): Pixels {
  const wide = bits > 8
  const count = width * height * components
  if (data.length < count * (wide ? 2 : 1)) throw new Refusal('the JPEG 2000 file is truncated')
  const most = 2 ** bits - 1
  const sample = (i: number) => ((wide ? data[2 * i] | (data[2 * i + 1] << 8) : data[i]) * 255) / most
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, out = 0; out < rgb.length; i += components, out += 3) {
    if (components === 1) rgb.fill(sample(i) + 0.5, out, out + 3)
    else if (colourSpace === LUMA_CHROMA) {
      const [y, cb, cr] = [sample(i), sample(i + 1) - 128, sample(i + 2) - 128]
      const colours = [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb]
      for (let k = 0; k < 3; k++) rgb[out + k] = Math.max(0, Math.min(255, colours[k] + 0.5))
    } else for (let k = 0; k < 3; k++) rgb[out + k] = sample(i + k) + 0.5
  }
  return { width, height, data: rgb }
}
