import { crc32 } from 'node:zlib'

/** Where a PNG's first chunk ends: behind the signature and the header, which every PNG has there. */
const AFTER_HEADER = 33

/**
 * A PNG with texts in it (chunks `iTXt`, PNG 3 section 11.3.3.4), before the picture itself, in the order given.
 *
 * @param texts - by keyword: 1 to 79 Latin letters, such as `Description`
 */
export function withPngTexts(png: Uint8Array, texts: Readonly<Record<string, string>>): Uint8Array {
  const chunks = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text))
  return Buffer.concat([png.subarray(0, AFTER_HEADER), ...chunks, png.subarray(AFTER_HEADER)])
}

/** Neither compressed nor in a language that is told. */
function textChunk(keyword: string, text: string): Buffer {
  const content = Buffer.from(`iTXt${keyword}\0\0\0\0\0${text.replaceAll('\0', '\ufffd')}`)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length - 4)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(content))
  return Buffer.concat([length, content, sum])
}
