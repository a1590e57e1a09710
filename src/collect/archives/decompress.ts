import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { bombRatio } from './limits.js'
import { refusal } from './refusal.js'

/** Bytes as they come, in pieces of any size. */
export type Bytes = AsyncIterable<Uint8Array>

/** Pieces large enough for few turns of the event loop; those that wait to be collected take memory, so no larger. */
const PIECE_BYTES = 256 * 1024

/** A damaged zstd stream never moves on, and its decoder does not say so; frames without content come a few in a row. */
const MAX_EMPTY_PIECES = 64

/**
 * Decompresses as it comes, and refuses what grows as only a bomb does.
 *
 * @throws `data` for a bomb; what zlib and zstd throw of bytes that are damaged or cut off
 */
export async function* decompress(
  kind: 'gzip' | 'zstd',
  bytes: Bytes,
  archive: string,
): AsyncGenerator<Buffer> {
  let compressed = 0
  let unpacked = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      compressed += chunk.length
      yield chunk
    }
  }
  for await (const piece of kind === 'gzip' ? gunzip(counted()) : unzstd(counted())) {
    unpacked += piece.length
    const ratio = bombRatio(compressed, unpacked)
    if (ratio !== undefined) throw refusal(archive, `it grows ${ratio} times and more, as only a bomb does`)
    yield piece
  }
}

async function* gunzip(bytes: Bytes): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: PIECE_BYTES })
  // A failure comes out of the stream as well, where it is waited for.
  const fed = pipeline(Readable.from(bytes, { objectMode: false }), stream).catch(() => undefined)
  yield* stream
  await fed
}

async function* unzstd(bytes: Bytes): AsyncGenerator<Buffer> {
  const { ZSTDDecoder } = await import('zstddec/stream')
  const decoder = new ZSTDDecoder()
  await decoder.init()
  const waiting: Uint8Array[] = []
  // The decoder asks for its next bytes and cannot wait for them: it is asked for pieces only while some are there.
  const pieces = decoder.decodeStreaming({
    *[Symbol.iterator]() {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next
    },
  })
  let empty = 0
  const checked = (piece: Uint8Array) => {
    empty = piece.length === 0 ? empty + 1 : 0
    if (empty > MAX_EMPTY_PIECES) throw new Error('its zstd stream is damaged')
    return Buffer.from(piece.buffer, piece.byteOffset, piece.length)
  }
  for await (const chunk of bytes) {
    if (chunk.length > 0) waiting.push(chunk)
    while (waiting.length > 0) {
      const { value } = pieces.next()
      if (value) yield checked(value)
    }
  }
  for (const piece of pieces) yield checked(piece)
}
