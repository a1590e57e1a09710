import { Refusal } from '../refusal.js'
import { PHOTOMETRIC, type TiffLayout, whiteLevel } from './kind.js'
import { TAG, type TiffTags } from './tags.js'

/** A row of samples to a row of RGB bytes. */
export type RowColours = (row: Uint16Array, rgb: Uint8Array) => void

type Colour = (row: Uint16Array, at: number, rgb: Uint8Array, out: number) => void

/** What a page's samples mean, as a function of its rows; transparency is laid on white. */
export function tiffColours(tiff: TiffTags, layout: TiffLayout): RowColours {
  const { samples, alpha, bits } = layout
  const colour = colourOf(tiff, layout)
  const full = 2 ** bits - 1
  return (row, rgb) => {
    for (let at = 0, out = 0; out < rgb.length; at += samples, out += 3) {
      colour(row, at, rgb, out)
      if (!alpha) continue
      const opaque = row[at + alpha.at] / full
      const kept = alpha.premultiplied ? 1 : opaque
      for (let i = out; i < out + 3; i++) rgb[i] = Math.min(255, rgb[i] * kept + 255 * (1 - opaque) + 0.5)
    }
  }
}

function colourOf(tiff: TiffTags, layout: TiffLayout): Colour {
  const white = whiteLevel(tiff, layout)
  const byte = (value: number) => (Math.min(value, white) * 255) / white + 0.5
  switch (layout.photometric) {
    case PHOTOMETRIC.whiteIsZero:
      return (row, at, rgb, out) => rgb.fill(byte(white - Math.min(row[at], white)), out, out + 3)
    case PHOTOMETRIC.blackIsZero:
      return (row, at, rgb, out) => rgb.fill(byte(row[at]), out, out + 3)
    case PHOTOMETRIC.rgb:
      return (row, at, rgb, out) => {
        for (let i = 0; i < 3; i++) rgb[out + i] = byte(row[at + i])
      }
    case PHOTOMETRIC.palette:
      return palette(tiff, layout)
    case PHOTOMETRIC.separated:
      // Inks to light as most readers do it without a profile: each light is what its ink and black let through.
      return (row, at, rgb, out) => {
        const light = 1 - row[at + 3] / white
        for (let i = 0; i < 3; i++) rgb[out + i] = (255 - byte(row[at + i]) + 0.5) * light + 0.5
      }
    case PHOTOMETRIC.ycc:
      return luma(tiff, white)
    case PHOTOMETRIC.cieLab:
    case PHOTOMETRIC.iccLab:
      return lab(layout)
    default:
      throw new Refusal(`a TIFF file whose colour model is ${layout.photometric}`)
  }
}

/** Reds, then greens, then blues of a colour map; where all are below 256, bytes were written in place of words. */
function palette(tiff: TiffTags, { bits }: TiffLayout): Colour {
  const map = tiff.tags.get(TAG.colourMap) ?? []
  const count = 1 << bits
  const bytes = map.every(value => value < 256)
  return (row, at, rgb, out) => {
    for (let i = 0; i < 3; i++)
      rgb[out + i] = bytes ? map[row[at] + i * count] : map[row[at] + i * count] >> 8
  }
}

/** YCbCr by the file's coefficients and reference levels, or the standard's (TIFF 6.0, section 21; Rec. 601). */
function luma(tiff: TiffTags, white: number): Colour {
  const [r, g, b] = tiff.tags.get(TAG.yccCoefficients) ?? [0.299, 0.587, 0.114]
  const given = tiff.tags.get(TAG.referenceBlackWhite) ?? []
  const [y0, y1, b0, b1, r0, r1] = given.length === 6 ? given : [0, 255, 128, 255, 128, 255]
  const full = white / 255
  const scaled = (value: number, black: number, top: number, range: number) =>
    ((value / full - black) * range) / (top - black)
  return (row, at, rgb, out) => {
    const y = scaled(row[at], y0, y1, 255)
    const cb = scaled(row[at + 1], b0, b1, 127)
    const cr = scaled(row[at + 2], r0, r1, 127)
    const red = y + cr * (2 - 2 * r)
    const blue = y + cb * (2 - 2 * b)
    put(rgb, out, red, (y - r * red - b * blue) / g, blue)
  }
}

/** CIE L*a*b* of 8 bits under D50 to sRGB: signed chroma (TIFF 6.0, section 23), or with an offset (ICC). */
function lab({ photometric }: TiffLayout): Colour {
  const icc = photometric === PHOTOMETRIC.iccLab
  const chroma = (value: number) => (icc ? value - 128 : value >= 128 ? value - 256 : value)
  const inverse = (t: number) => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29))
  return (row, at, rgb, out) => {
    const l = ((row[at] * 100) / 255 + 16) / 116
    const x = 0.9642 * inverse(l + chroma(row[at + 1]) / 500)
    const y = inverse(l)
    const z = 0.8249 * inverse(l - chroma(row[at + 2]) / 200)
    // XYZ under D50 to linear sRGB, with Bradford's adaptation.
    const red = gamma(3.1338561 * x - 1.6168667 * y - 0.4906146 * z)
    const green = gamma(-0.9787684 * x + 1.9161415 * y + 0.033454 * z)
    put(rgb, out, red, green, gamma(0.0719453 * x - 0.2289914 * y + 1.4052427 * z))
  }
}

/** sRGB's transfer curve (IEC 61966-2-1), to 0..255. */
function gamma(linear: number): number {
  return 255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055)
}

function put(rgb: Uint8Array, out: number, red: number, green: number, blue: number): void {
  rgb[out] = Math.max(0, Math.min(255, red + 0.5))
  rgb[out + 1] = Math.max(0, Math.min(255, green + 0.5))
  rgb[out + 2] = Math.max(0, Math.min(255, blue + 0.5))
}
