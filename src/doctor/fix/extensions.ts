import { nameWith } from '../../files/index.js'

/** Extensions by which a format goes, the usual one first. */
const extensionsOf: Readonly<Record<string, readonly string[]>> = {
  jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'],
  png: ['png'],
  webp: ['webp'],
  avif: ['avif', 'avifs'],
  gif: ['gif'],
  tiff: ['tif', 'tiff'],
  bmp: ['bmp', 'dib'],
  ico: ['ico', 'cur'],
  netpbm: ['ppm', 'pgm', 'pbm', 'pnm', 'pam'],
  jpeg2000: ['jp2', 'j2k', 'jpf', 'jpx', 'j2c', 'jpc'],
  heic: ['heic', 'heif', 'hif'],
}

/** What stands in an extension's place in names from the web and is none of a photo's. */
const webExtensions = 'asp aspx php cgi jsp ashx axd html htm img image bin dat tmp jpg_large'.split(' ')

const replaced = new Set([...Object.values(extensionsOf).flat(), ...webExtensions])

/**
 * The name that a photo of this format should have: with the usual extension in place of a wrong one; a name that only has
 * a point in it (`No. 5`) gets one more. The same name where nothing is wrong with it.
 *
 * @param format - told by the content: `jpeg`, `png`, …
 */
export function nameWithExtension(path: string, format: string): string {
  const known = Object.hasOwn(extensionsOf, format) ? extensionsOf[format] : undefined
  if (known === undefined) return path
  const [, bare = path, extension = ''] = /^(.*[^/])\.([^./]*)$/s.exec(path) ?? []
  if (known.includes(extension.toLowerCase())) return path
  const named = `${replaced.has(extension.toLowerCase()) ? bare : path}.${known[0]}`
  const start = named.lastIndexOf('/') + 1
  return named.slice(0, start) + nameWith(named.slice(start), '')
}
