import { headOf, openPhoto, readPhotoFile } from '../../images/index.js'
import type { HeaderFacts } from './facts.js'
import { headerFacts } from './header.js'

/** Nearly all headers end within this; of a large photo a small part is read. */
const HEAD_BYTES = 128 * 1024

/**
 * What a photo's file says of itself, without decoding it, mostly from its first bytes alone; null where it is no photo, or
 * cannot be read. Whether a JPEG has its end is not looked at.
 *
 * @param name - for messages that nobody sees
 */
export async function readHeaderFacts(path: string, name: string): Promise<HeaderFacts | null> {
  const head = await headOf(path, HEAD_BYTES).catch(() => undefined)
  if (head === undefined) return null
  const facts = await factsOf(head, name)
  // Tables that come behind a long story, and formats that keep their header elsewhere, are found in the whole file.
  const isWhole = facts !== null && (facts.format !== 'jpeg' || facts.quantisation !== null)
  if (isWhole || head.length < HEAD_BYTES) return facts
  const all = await readPhotoFile(path, name).catch(() => undefined)
  return all === undefined ? null : factsOf(all, name)
}

async function factsOf(bytes: Uint8Array, name: string): Promise<HeaderFacts | null> {
  try {
    return headerFacts(bytes, await openPhoto(bytes, name))
  } catch {
    return null
  }
}
