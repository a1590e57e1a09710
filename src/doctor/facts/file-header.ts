import { headerOf, jpegMarks, openHead, type PhotoHeader } from '../../images/index.js'
import type { HeaderFacts } from './facts.js'
import { headerFacts } from './header.js'

/** What a photo's file says of itself. */
export interface FileHeader {
  /** As reports tell it. */
  readonly header: PhotoHeader
  readonly facts: HeaderFacts
}

/**
 * What a photo's file says of itself, without decoding it, mostly from one read of its first bytes; null where it is no photo, or
 * cannot be read. Whether a JPEG has its end is not looked at.
 */
export async function readHeaderFacts(path: string): Promise<FileHeader | null> {
  // Tables that come behind a long story, and formats that keep their header elsewhere, are found in the whole file.
  const head = await openHead(
    path,
    ({ bytes, photo }) => photo.format !== 'jpeg' || jpegMarks(bytes).quantisation !== null,
  )
  return head === undefined
    ? null
    : { header: headerOf(head.photo), facts: headerFacts(head.bytes, head.photo) }
}
