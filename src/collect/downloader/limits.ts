// What a photo from anywhere may cost. A search brings thousands of addresses of which some are dead, slow or hostile:
// none of them may hold up the others for long.

/** Photos on their way at a time. More do not fill a usual line better, and each may take MAX_PHOTO_BYTES of memory. */
export const AT_ONCE = 16

/** Of these, from one host: what browsers allow themselves (six) and a little less, as nobody is waiting. */
export const AT_ONCE_FROM_HOST = 4

/** Bytes of a photo file. The largest that cameras write as JPEG have half of it. */
export const MAX_PHOTO_BYTES = 50 * 1024 * 1024

/** A server that does not take a connection within this is down or far too busy. */
export const CONNECT_MS = 10_000

/** Silence, of a server that is asked or in the middle of a photo: google-images-download waited as long. */
export const IDLE_MS = 10_000

/** A photo in all, whatever comes: five megabytes do at the slowest pace allowed. */
export const PHOTO_MS = 60_000

/**
 * A server that sends less than this, averaged over each span, is as good as silent: it would hold a place for minutes. The
 * first span has room for names, redirects and a server that has to think.
 */
export const MIN_BYTES_PER_SECOND = 1024
export const PACE_SPAN_MS = 20_000

/** Tries in all where a failure may pass; most do not, and there are other photos. */
export const TRIES = 3

/** A host may ask for so much patience. One that asks for more gets no question for so long, and its photos are not had. */
export const MAX_REST_MS = 120_000

/** Shorter sides show nothing that could be learnt: icons, tracking pixels, "not found" pictures. */
export const MIN_SIDE = 32
