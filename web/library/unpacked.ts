import { ChiquitoError } from '../../src/core/error.js'

/**
 * The bytes of a file that was compressed by gzip. Hosts differ in what they do with such files: some say that the answer is
 * compressed, and the browser unpacks it before we see it; so the bytes themselves are asked.
 *
 * @returns undefined where the host does not have it, or the browser cannot unpack it
 */
export async function unpacked(
  address: string,
  how: RequestCache,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!canUnpack()) return undefined
  const response = await fetch(address, { cache: how })
  if (!response.ok) return undefined
  return gunzipped(new Uint8Array(await response.arrayBuffer()))
}

/** Whether this browser can. */
export function canUnpack(): boolean {
  return 'DecompressionStream' in globalThis
}

/**
 * Bytes that gzip has compressed, as they were; any others as they are.
 *
 * @param most - more are not unpacked
 * @throws `model` for more, and what the browser throws for damaged ones
 */
export async function gunzipped(
  bytes: Uint8Array<ArrayBuffer>,
  most = Number.POSITIVE_INFINITY,
): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  const pieces: Uint8Array[] = []
  let length = 0
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length
    if (length > most) {
      await reader.cancel()
      throw new ChiquitoError('model', `It has more than ${most} bytes when it is unpacked.`)
    }
    pieces.push(next.value)
  }
  return joined(pieces, length)
}

/** Pieces of what has so many bytes. */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
