import { said } from '../../core/index.js'
import { nameWithExtension } from '../fix/index.js'
import { photoCheck } from './photo-check.js'

/** Names that say another format than the content. */
export const extension = photoCheck(
  {
    name: 'extension',
    title: 'Wrong or missing extensions',
    finds:
      'Photos whose names end otherwise than what they contain: a PNG called `cat.jpg`, a JPEG called `cat`.',
    why:
      'This program goes by content, but many others go by the name: TensorFlow and fastai leave out what they do not know or ' +
      'stop at it, and web servers send it as something else.',
    advice: 'Rename them; `--fix` does so.',
  },
  ({ path, facts: { header, problem } }) => {
    if (header === null || problem !== null) return undefined
    const renamed = nameWithExtension(path, header.format)
    if (renamed === path) return undefined
    const name = renamed.slice(renamed.lastIndexOf('/') + 1)
    return {
      what: `is ${article(header.format)} by its content: "${name}" would say so`,
      said: said('extension', header.format, name),
      weight: 1,
      certain: true,
    }
  },
)

const names: Readonly<Record<string, string>> = {
  jpeg: 'a JPEG',
  png: 'a PNG',
  webp: 'a WebP',
  avif: 'an AVIF',
  gif: 'a GIF',
  tiff: 'a TIFF',
  bmp: 'a BMP',
  ico: 'an icon (ICO)',
  netpbm: 'a Netpbm picture',
  jpeg2000: 'a JPEG 2000',
  heic: 'a HEIC',
}

function article(format: string): string {
  return names[format] ?? format
}
