import { ChiquitoError } from '../core/index.js'
import type { Picture } from './input.js'

/** How each kind of picture begins: offset of the signature and its bytes (latin-1). */
const SIGNATURES: readonly (readonly [type: string, offset: number, signature: string])[] = [
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['image/avif', 4, 'ftypavif'],
]

const DATA_URI = /^data:image\/(?:jpeg|png|gif|webp|avif);base64,[A-Za-z0-9+/]+={0,2}$/

/** The picture as a data URI, so that the report needs no other file and asks for none. */
export function dataUri(picture: Picture): string {
  if (typeof picture === 'string') {
    if (DATA_URI.test(picture)) return picture
    throw new ChiquitoError(
      'usage',
      `A report's picture must be image bytes or a base64 data URI of one, but is ${JSON.stringify(picture.slice(0, 40))}.`,
    )
  }
  const data = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength)
  const found = SIGNATURES.find(
    ([, offset, signature]) => data.toString('latin1', offset, offset + signature.length) === signature,
  )
  if (!found)
    throw new ChiquitoError(
      'usage',
      `A report's picture must be JPEG, PNG, GIF, WebP or AVIF, but begins with ${data.toString('hex', 0, 8) || 'nothing'}.`,
    )
  return `data:${found[0]};base64,${data.toString('base64')}`
}
