import { openAvif } from './avif.js'
import { openGif } from './gif.js'
import { openJpeg } from './jpeg.js'
import { openNetpbm } from './netpbm.js'
import type { PhotoHead } from './photo-file.js'
import { CONVERT, Refusal } from './refusal.js'
import type { PhotoFormat } from './sniff.js'
import { openTiff } from './tiff/tiff.js'
import { openBmp } from './windows/bmp.js'
import { openIco } from './windows/ico.js'
import { openWithSharp } from './with-sharp.js'

export { orientationBeside } from './orientation-beside.js'
export type { PhotoHead, StoredBeside } from './photo-file.js'
export { Refusal } from './refusal.js'
export { type PhotoFormat, type Sniffed, sniff } from './sniff.js'
export { decoderVersions } from './with-sharp.js'

interface FormatEntry {
  /** What people call it. */
  readonly name: string
  readonly open: (bytes: Uint8Array) => Promise<PhotoHead>
}

/** The formats that can be decoded. Rare ones that need a program of their own load it when one is met. */
export const FORMATS: Readonly<Record<PhotoFormat, FormatEntry>> = {
  jpeg: { name: 'JPEG', open: openJpeg },
  png: { name: 'PNG', open: bytes => openWithSharp(bytes) },
  webp: { name: 'WebP', open: bytes => openWithSharp(bytes) },
  avif: { name: 'AVIF', open: openAvif },
  gif: { name: 'GIF', open: openGif },
  tiff: { name: 'TIFF', open: openTiff },
  bmp: { name: 'BMP', open: openBmp },
  ico: { name: 'icon', open: openIco },
  netpbm: { name: 'Netpbm', open: openNetpbm },
  jpeg2000: {
    name: 'JPEG 2000',
    open: async bytes => (await import('./wasm/jpeg2000.js')).openJpeg2000(bytes),
  },
  heic: { name: 'HEIC', open: openHeicIfThere },
}

/** HEIC's codec is under patents in some countries: a program that must not carry it can leave the package out. */
async function openHeicIfThere(bytes: Uint8Array): Promise<PhotoHead> {
  try {
    const { openHeic } = await import('./wasm/heic.js')
    return await openHeic(bytes)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      throw new Refusal(
        `HEIC, whose decoder (the package libheif-js) is not installed; install it, or ${CONVERT} (iPhone: Settings, Camera, Formats, Most Compatible)`,
      )
    throw error
  }
}
