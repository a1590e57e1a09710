import type { PhotoHead } from './photo-file.js'
import type { PhotoFormat } from './sniff.js'
import { openTiff } from './tiff.js'
import { openWithSharp } from './with-sharp.js'

export type { PhotoHead } from './photo-file.js'
export { Refusal } from './refusal.js'
export { type PhotoFormat, sniff } from './sniff.js'

interface FormatEntry {
  /** What people call it. */
  readonly name: string
  readonly open: (bytes: Uint8Array) => Promise<PhotoHead>
}

/** The formats that can be decoded. */
export const FORMATS: Readonly<Record<PhotoFormat, FormatEntry>> = {
  jpeg: { name: 'JPEG', open: bytes => openWithSharp(bytes) },
  png: { name: 'PNG', open: bytes => openWithSharp(bytes) },
  webp: { name: 'WebP', open: bytes => openWithSharp(bytes) },
  avif: { name: 'AVIF', open: bytes => openWithSharp(bytes) },
  gif: { name: 'GIF', open: bytes => openWithSharp(bytes) },
  tiff: { name: 'TIFF', open: openTiff },
}
