import type { PhotoHead } from './photo-file.js'
import { openWithSharp } from './with-sharp.js'

/** The main brand, after the first box's length and type. */
const BRAND = 8

/**
 * AVIF. libvips knows it by its main brand only, which is another for animations and for what newer writers make; the
 * picture inside is found in the same place.
 */
export function openAvif(bytes: Uint8Array): Promise<PhotoHead> {
  const brand = Buffer.from('avif', 'latin1')
  if (brand.equals(bytes.subarray(BRAND, BRAND + 4))) return openWithSharp(bytes)
  const renamed = Buffer.from(bytes)
  renamed.set(brand, BRAND)
  return openWithSharp(renamed)
}
