/** Digits of a photo's number: more photos of one class than that make longer names, and nothing else. */
const DIGITS = 5

/** Extensions by which other tools know what they can open. */
const extensions: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  netpbm: 'ppm',
  jpeg2000: 'jp2',
  tiff: 'tif',
}

/** A photo's path relative to the collection: `dog/00012.jpg`. */
export function fileNameOf(folder: string, number: number, format: string): string {
  const name = `${String(number).padStart(DIGITS, '0')}.${extensions[format] ?? format}`
  return folder === '' ? name : `${folder}/${name}`
}
