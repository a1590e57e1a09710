/**
 * The bytes of a file that was compressed by gzip. Hosts differ in what they do with such files: some say that the answer is
 * compressed, and the browser unpacks it before we see it; so the bytes themselves are asked.
 *
 * @returns undefined where the host does not have it, or the browser cannot unpack it
 */
export async function unpacked(address: string, how: RequestCache): Promise<ArrayBuffer | undefined> {
  if (!('DecompressionStream' in globalThis)) return undefined
  const response = await fetch(address, { cache: how })
  if (!response.ok) return undefined
  const bytes = await response.arrayBuffer()
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength))
  if (first !== 0x1f || second !== 0x8b) return bytes
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
}
