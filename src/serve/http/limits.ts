// Anybody may send anything to a server, so whatever a request can make grow has an end here.

/** What a person may set. */
export interface ServeLimits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number
  /** Photos in one request. */
  readonly photos: number
  /** Pixels of one photo, by its header. */
  readonly pixels: number
  /** Photos that are at work or wait for it, of all requests. */
  readonly waiting: number
  /** Seconds from a request's arrival, all of it, to its answer. */
  readonly seconds: number
  /** Seconds that a request may take to arrive. */
  readonly uploadSeconds: number
}

export const defaultLimits: ServeLimits = {
  // A photo of a phone has 2 to 12 MB, and base64 makes a third more of it.
  bodyBytes: 32 * 1024 * 1024,
  photos: 64,
  // Phones make 50 megapixels; decoded that is 150 MB.
  pixels: 50_000_000,
  // At a hundred photos a second the last of them is answered well within the time.
  waiting: 256,
  seconds: 30,
  uploadSeconds: 60,
}

/** Bodies in memory, in times of the largest one allowed: those of many small requests, or of a few that are as large as may be. */
export const BODIES_IN_MEMORY = 8

/** All headers of a request together. A token and cookies of other programs on this machine fit. */
export const MAX_HEADER_BYTES = 16 * 1024

/** Headers of a request. Browsers send twenty. */
export const MAX_HEADERS = 100

/** Connections at a time; further ones wait in the system's queue or are refused by it. */
export const MAX_CONNECTIONS = 1024

/**
 * Requests of one connection that wait for their answers. Browsers and libraries send the next one when they have been answered; whoever
 * sends thousands and reads nothing would have as many answers kept for it.
 */
export const MAX_PIPELINED = 16

/** Seconds that a connection may be silent between two requests. Longer than the 60 of most proxies, so that they close it first. */
export const KEEP_ALIVE_SECONDS = 65

/** Seconds for the headers of a request, where the whole request may take longer. */
export const MAX_HEADERS_SECONDS = 20

/** Bytes of a refused body that are read and dropped, so that its sender gets to read why. */
export const DRAINED_BYTES = 4 * 1024 * 1024

/** Milliseconds after which a refused sender is cut off. */
export const DRAIN_MS = 2000

/** Photos of one request that are fetched from addresses at a time. */
export const FETCHED_AT_ONCE = 4

/** Milliseconds in which a server that a photo is fetched from has to say something. */
export const FETCH_IDLE_MS = 5000
