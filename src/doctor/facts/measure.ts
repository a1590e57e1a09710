import { openPhoto, UnreadablePhoto } from '../../images/index.js'
import type { HeaderFacts, PhotoFacts } from './facts.js'
import { headerFacts } from './header.js'
import { LOOK_SIDE, lookFacts } from './looks.js'

/** Decoding so few pixels whole takes less time than having them shrunk on the way. */
const WHOLE_PIXELS = 512 * 512

/** Stands where messages name the photo: facts belong to a content, whatever files have it. */
const NAME = 'photo'

/** Measures a photo: its header is read once, and it is decoded once, as small as serves. */
export async function measureFacts(bytes: Uint8Array): Promise<PhotoFacts> {
  let header: HeaderFacts | null = null
  try {
    const photo = await openPhoto(bytes, NAME)
    header = headerFacts(bytes, photo)
    const looks = lookFacts(await photo.pixelsAt(shortSideFor(photo.width, photo.height)))
    return { header, looks, problem: null }
  } catch (error) {
    return { header, looks: null, problem: problemOf(error) }
  }
}

/** What cannot be used, in facts. Throws what is no fault of the photo's. */
export function problemOf(error: unknown): PhotoFacts['problem'] {
  if (!(error instanceof UnreadablePhoto)) throw error
  return { kind: error.problem, message: error.message.replace(`${NAME}: `, '').replace(/\.$/, '') }
}

/** The short side that leaves the long side its pixels. */
function shortSideFor(width: number, height: number): number {
  if (width * height <= WHOLE_PIXELS) return Number.POSITIVE_INFINITY
  return Math.ceil((LOOK_SIDE * Math.min(width, height)) / Math.max(width, height))
}
