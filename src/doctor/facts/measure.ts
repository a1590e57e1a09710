import { type OpenPhoto, openPhoto, type PhotoFormat, UnreadablePhoto } from '../../images/index.js'
import type { HeaderFacts, LookFacts, PhotoFacts } from './facts.js'
import { headerFacts } from './header.js'
import { LOOK_SIDE, lookFacts } from './looks.js'

/** Decoding so few pixels whole takes less time than having them shrunk on the way. */
const WHOLE_PIXELS = 512 * 512

/** Pictures without loss are unpacked whole anyway; up to so many pixels they are looked at whole, too: their colours are exact. */
const WHOLE_LOSSLESS = 4_000_000
const LOSSLESS: ReadonlySet<PhotoFormat> = new Set(['png', 'gif', 'bmp', 'ico', 'netpbm'])

/** Stands where messages name the photo: facts belong to a content, whatever files have it. */
const NAME = 'photo'

/** Measures a photo: its header is read once, and it is decoded once, as small as serves. */
export async function measureFacts(bytes: Uint8Array): Promise<PhotoFacts> {
  let header: HeaderFacts | null = null
  try {
    const photo = await openPhoto(bytes, NAME)
    header = headerFacts(bytes, photo)
    return { header, looks: await looksOf(photo), problem: null }
  } catch (error) {
    return { header, looks: null, problem: problemOf(error) }
  }
}

/** The same of a photo that is open, and may be decoded already for something else. Throws `image` where it cannot be. */
export async function factsOfPhoto(
  bytes: Uint8Array,
  photo: OpenPhoto,
): Promise<Pick<PhotoFacts, 'header' | 'looks'>> {
  return { header: headerFacts(bytes, photo), looks: await looksOf(photo) }
}

async function looksOf(photo: OpenPhoto): Promise<LookFacts> {
  const isWhole = photo.width * photo.height <= (LOSSLESS.has(photo.format) ? WHOLE_LOSSLESS : WHOLE_PIXELS)
  const pixels = await photo.pixelsAt(isWhole ? Number.POSITIVE_INFINITY : shortSideFor(photo))
  return lookFacts(pixels, isWhole)
}

/** What cannot be used, in facts. Throws what is no fault of the photo's. */
export function problemOf(error: unknown): PhotoFacts['problem'] {
  if (!(error instanceof UnreadablePhoto)) throw error
  return { kind: error.problem, message: error.message.replace(`${NAME}: `, '').replace(/\.$/, '') }
}

/** The short side that leaves the long side its pixels. */
function shortSideFor({ width, height }: Pick<OpenPhoto, 'width' | 'height'>): number {
  return Math.ceil((LOOK_SIDE * Math.min(width, height)) / Math.max(width, height))
}
