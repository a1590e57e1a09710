import type { ThumbsAnswer } from '../../../src/studio/api/photos.js'
import { getJson } from '../../api/client.js'

/** In one request: about two rows, so that pictures come as they are made. */
const AT_ONCE = 16
/** Requests under way: one is made while another is on its way. */
const MOST_REQUESTS = 2
/** Pictures that are kept for whoever scrolls back, of some five kilobytes each. */
const MOST_KEPT = 2000

/** A small copy that is to be shown. */
export interface Wanted {
  readonly id: string
  /** Empty where it is not known: then nothing is kept. */
  readonly version: string
  readonly size: 160 | 320
}

/** What waits for one: an element, and who is told where the photo cannot be read. */
interface Place {
  readonly image: HTMLImageElement
  readonly none: () => void
}

interface Waiting extends Wanted {
  readonly places: Set<Place>
}

const kept = new Map<string, string>()
/** In the order in which they were asked for: who scrolls on has the nearest first, and what left the window is struck out. */
const waiting = new Map<string, Waiting>()
let requests = 0
let isFlushing = false

/**
 * Shows a small copy in an element, now or when it comes. Many come in one answer, and go into their elements without React: as pictures with
 * addresses each of them would pass through four processes.
 *
 * @param none - called in its place where the photo cannot be read
 * @returns what ends the waiting
 */
export function showThumb(image: HTMLImageElement, wanted: Wanted, none: () => void): () => void {
  const key = `${wanted.size} ${wanted.version} ${wanted.id}`
  const known = kept.get(key)
  if (known !== undefined) {
    keep(key, known)
    image.src = known
    return () => undefined
  }
  const entry = waiting.get(key) ?? { ...wanted, places: new Set() }
  const place = { image, none }
  entry.places.add(place)
  waiting.set(key, entry)
  flushSoon()
  return () => {
    entry.places.delete(place)
    if (entry.places.size === 0 && waiting.get(key) === entry) waiting.delete(key)
  }
}

function flushSoon(): void {
  if (isFlushing) return
  isFlushing = true
  queueMicrotask(() => {
    isFlushing = false
    flush()
  })
}

function flush(): void {
  while (requests < MOST_REQUESTS && waiting.size > 0) {
    const [[, { size }]] = waiting
    const batch = [...waiting].filter(([, one]) => one.size === size).slice(0, AT_ONCE)
    for (const [key] of batch) waiting.delete(key)
    requests++
    void bring(size, batch).finally(() => {
      requests--
      flush()
    })
  }
}

async function bring(size: number, batch: readonly [string, Waiting][]): Promise<void> {
  const ids = batch.map(([, { id }]) => id).join()
  const { thumbs } = await getJson<ThumbsAnswer>(`/api/thumbs?size=${size}&ids=${ids}`).catch(
    (): ThumbsAnswer => ({ thumbs: [] }),
  )
  for (const [i, [key, { id, version, places }]] of batch.entries()) {
    const file = thumbs[i]
    if (file === null) {
      for (const { none } of places) none()
      continue
    }
    // Where there was no answer the browser may try for itself.
    const address = file ? `data:image/jpeg;base64,${file}` : `/photos/${id}/thumb?size=${size}`
    if (file && version !== '') keep(key, address)
    for (const { image } of places) image.src = address
  }
}

/** Last in the order in which pictures are forgotten. */
function keep(key: string, address: string): void {
  kept.delete(key)
  kept.set(key, address)
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
}
