import type { Measured } from './measured.js'
import type { Pass, Storage } from './simulate.js'

export const PHOTOS = 100_000_000

/** Of them, those that are played; times are in proportion. From some thousand jobs on, the rate does not change any more. */
export const PLAYED = PHOTOS / 10

/** What `src/actions/verdicts` and `src/jobs/queue` do. */
export const PHOTOS_A_JOB = 256
export const PLACES = 128
/** Node reads so many files at a time, whatever it is asked (`UV_THREADPOOL_SIZE`); the program asks for 16. */
export const NODES_FILES = 4
export const MOST_FILES = 16

export const fileServer: Storage = {
  name: 'file server, 10 Gbit/s, 1 ms',
  bytesPerSecond: 1.25e9,
  latency: 1e-3,
}
export const objectStore: Storage = {
  name: 'object store, 100 Gbit/s, 30 ms',
  bytesPerSecond: 12.5e9,
  latency: 30e-3,
}

/** One job in a hundred takes four times as long; a worker is lost every thousand hours, and replaced within five minutes. */
export const usual = {
  straggling: { share: 0.01, times: 4 },
  loss: { hours: 1000, seconds: 300 },
} as const

/** A pass as the program makes it today, by so many workers. */
export function passBy(measured: Measured, workers: number, storage: Storage): Pass {
  const { photoBytes, verdict, workerJob, namingBytes, askerJob, redisJob, redisWorker } = measured
  return {
    photos: PLAYED,
    photosAJob: PHOTOS_A_JOB,
    photoBytes,
    workers,
    verdict: verdict / 1000,
    workerJob: workerJob / 1000,
    askers: 1,
    places: PLACES,
    naming: photoBytes / 1e6 / namingBytes,
    askerJob: askerJob / 1000,
    isReadTwice: true,
    filesAtOnce: NODES_FILES,
    storage,
    redisJob: redisJob / 1000,
    redisWorker: redisWorker / 1000,
    redisServers: 1,
    ...usual,
    seed: 105,
  }
}

/** The same where workers name photos: whoever asks hands out pieces of a list by their digest, and reads no photo. */
export function namedByWorkers(pass: Pass): Pass {
  return { ...pass, verdict: pass.verdict + pass.naming, naming: 0, isReadTwice: false }
}
