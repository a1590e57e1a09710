import { ChiquitoError, throwIfAborted } from '../../core/index.js'
import type { Prediction } from '../../predict/index.js'
import type { AnsweredPhoto, RefusedPhoto } from '../api/index.js'
import type { ServedModel } from '../model/index.js'
import { fetchPhoto } from './fetch-photo.js'
import { FETCHED_AT_ONCE, type ServeLimits } from './limits.js'
import type { Metrics } from './metrics.js'
import { ProblemError, problemOf } from './problem.js'
import type { Hold, Room } from './room.js'
import type { SentPhoto } from './sent-photo.js'

export interface JudgeSettings {
  readonly limits: ServeLimits
  readonly room: Room
  readonly metrics: Metrics
}

/** What photos are called where they are decoded; what they are called in requests stays out of its messages. */
const PHOTO = /^photo: /

/**
 * Judges photos, in their order. One that cannot be read or fetched is answered with its problem, and the others go on.
 *
 * @throws what is not the photos' fault
 */
export async function judgePhotos(
  photos: readonly SentPhoto[],
  model: ServedModel,
  settings: JudgeSettings,
  signal: AbortSignal,
): Promise<(AnsweredPhoto | RefusedPhoto)[]> {
  settings.room.takePhotos(photos.length)
  const turns = turnsOf(FETCHED_AT_ONCE)
  return Promise.all(
    photos.map(async photo => {
      const hold = settings.room.hold()
      try {
        const bytes =
          'url' in photo ? await turns(() => fetched(photo.url, hold, settings, signal)) : photo.bytes
        return answerOf(photo.name, await judged(bytes, model, settings, signal), model)
      } catch (error) {
        if (error instanceof ProblemError)
          return { name: photo.name, problem: problemOf(error.kind, error.detail) }
        throw error
      } finally {
        hold.leave()
        settings.room.leavePhoto()
      }
    }),
  )
}

async function fetched(
  url: string,
  hold: Hold,
  { limits, metrics }: JudgeSettings,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return await fetchPhoto(url, { most: limits.bodyBytes, hold, signal })
  } catch (error) {
    if (error instanceof ProblemError) metrics.photo('refused')
    throw error
  }
}

async function judged(
  bytes: Uint8Array,
  model: ServedModel,
  { limits, metrics }: JudgeSettings,
  signal: AbortSignal,
): Promise<Prediction> {
  throwIfAborted(signal)
  const prediction = await model.judge({ bytes, mostPixels: limits.pixels }, signal).catch(error => {
    if (!(error instanceof ChiquitoError && error.code === 'image')) throw error
    metrics.photo('refused')
    throw new ProblemError('unreadable-photo', sentence(error.message.replace(PHOTO, '')))
  })
  metrics.photo(prediction.abstained ? 'neither' : 'answered')
  return prediction
}

function answerOf(
  name: string,
  { label, probabilities, known, abstained }: Prediction,
  { facts: { labels } }: ServedModel,
): AnsweredPhoto {
  const byLabel = Object.fromEntries(labels.map((one, k) => [one, probabilities[k]]))
  return { name, label, probabilities: byLabel, known, abstained }
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** Lets so many pieces of work go on at a time. */
function turnsOf(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = count
  return async work => {
    if (free === 0) await new Promise<void>(resolve => waiting.push(resolve))
    else free--
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
