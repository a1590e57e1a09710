import { hashDistance } from '../../images/index.js'
import { nameOf } from '../folders/index.js'
import type { Tie } from './tie.js'

/** What tells pictures of one video, or of one burst. */
export interface Sequenced {
  /** With `/`. */
  readonly path: string
  /** Perceptual hashes: of the photo, and without the border around it; undefined where it cannot be decoded. */
  readonly hashes: readonly string[] | undefined
  /** When it was taken, as EXIF has it (`2018:04:01 10:00:00`). */
  readonly takenAt: string | undefined
}

/**
 * Of 64 bits, how many may differ between a picture and the next by number. Only neighbours are compared, a few thousand pairs,
 * not millions: so the line lies beyond that for copies anywhere.
 */
const FRAME_BITS = 14

/** The same for photos taken within {@link BURST_SECONDS}: a hand moves more than a tripod. */
const BURST_BITS = 16

/** A burst, or a person who presses the button again. */
const BURST_SECONDS = 10

/** Later photos within the time that each is compared with: cameras take tens in a second. */
const BURST_NEXT = 20

/** Ties of pictures with consecutive numbers in their names (`clip_0001.jpg`, `clip_0002.jpg`) that look alike. */
export function videoTies(photos: readonly Sequenced[]): Tie[] {
  const clips = new Map<string, { index: number; frame: number }[]>()
  photos.forEach(({ path }, index) => {
    const name = nameOf(path).replace(/\.[^.]*$/, '')
    const [, stem, digits] = /^(.*?)(\d+)$/s.exec(name) ?? []
    if (digits === undefined) return
    const key = `${path.slice(0, path.lastIndexOf('/') + 1)}${stem}`
    const frames = clips.get(key)
    if (frames === undefined) clips.set(key, [{ index, frame: Number(digits) }])
    else frames.push({ index, frame: Number(digits) })
  })
  return [...clips.values()].flatMap(frames => {
    const sorted = frames.toSorted((a, b) => a.frame - b.frame)
    return sorted.slice(1).flatMap(({ index: b }, i): Tie[] => {
      const a = sorted[i].index
      return areAlike(photos[a], photos[b], FRAME_BITS) ? [{ a, b, kind: 'video' }] : []
    })
  })
}

/** Ties of photos that were taken within seconds of each other and look alike. */
export function burstTies(photos: readonly Sequenced[]): Tie[] {
  const timed = photos
    .map(({ takenAt }, index) => ({ index, time: secondsOf(takenAt) }))
    .filter(({ time }) => !Number.isNaN(time))
    .sort((a, b) => a.time - b.time)
  return timed.flatMap(({ index: a, time }, i) =>
    timed.slice(i + 1, i + 1 + BURST_NEXT).flatMap(({ index: b, time: later }): Tie[] => {
      const isBurst = later - time <= BURST_SECONDS && areAlike(photos[a], photos[b], BURST_BITS)
      return isBurst ? [{ a, b, kind: 'burst' }] : []
    }),
  )
}

function areAlike({ hashes: a = [] }: Sequenced, { hashes: b = [] }: Sequenced, bits: number): boolean {
  return a.some((hash, i) => b[i] !== undefined && hashDistance(hash, b[i]) <= bits)
}

/** Seconds since any day; not a number where nothing is said, or what cameras without a clock say. */
function secondsOf(takenAt: string | undefined): number {
  const [, date, time] = /^(\d{4}:\d\d:\d\d)[ T](\d\d:\d\d:\d\d)/.exec(takenAt ?? '') ?? []
  if (date === undefined || date.startsWith('0000')) return Number.NaN
  return Date.parse(`${date.replaceAll(':', '-')}T${time}Z`) / 1000
}
