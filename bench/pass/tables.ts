import type { TextTable } from '../support/result.js'
import { type Figure, figures, isFigure, type Measured } from './measured.js'
import {
  fileServer,
  MOST_FILES,
  namedByWorkers,
  objectStore,
  PHOTOS,
  PHOTOS_A_JOB,
  PLACES,
  PLAYED,
  passBy,
  usual,
} from './scenarios.js'
import { type Outcome, type Pass, presence, simulate } from './simulate.js'

const COUNTS = [8, 32, 128, 512, 2048] as const

/** Everything that `bench pass` tells. */
export function passTables(measured: Measured): TextTable[] {
  return [
    stages(measured),
    amounts(measured),
    ...[fileServer, objectStore].map(storage => asItIs(measured, storage)),
    troubles(measured),
    changes(measured),
  ]
}

function stages(measured: Measured): TextTable {
  const names = Object.keys(figures).filter(isFigure)
  return {
    title: 'what was measured (bench stages)',
    lines: [
      ['stage', 'a figure', ''],
      ...names.map(name => [figures[name][0], number(measured[name]), unitOf(name)]),
    ],
  }
}

function unitOf(name: Figure): string {
  return figures[name][1]
}

function amounts(measured: Measured): TextTable {
  const jobs = PHOTOS / PHOTOS_A_JOB
  const { photoBytes, verdict, workerJob, jobBytes, resultBytes, row, redisMemory, storeCalls } = measured
  const hours = (PHOTOS * verdict + jobs * workerJob) / 3_600_000
  return {
    title: `what ${PHOTOS.toLocaleString('en')} photos are`,
    lines: [
      ['what', 'how much'],
      ['photos, bytes', bytes(PHOTOS * photoBytes)],
      ['read: by workers, and once more by who asks', bytes(2 * PHOTOS * photoBytes)],
      ['jobs', jobs.toLocaleString('en')],
      ['hours of one core for verdicts', number(hours)],
      ['rows, JSONL', bytes(PHOTOS * row)],
      ['store: objects written (a job and a result each), and taken away', (2 * jobs).toLocaleString('en')],
      ['store: written, bytes', bytes(jobs * (jobBytes + resultBytes))],
      ['store: at a time, objects at most', (2 * PLACES).toLocaleString('en')],
      ['store: calls of who asks', Math.round(jobs * storeCalls).toLocaleString('en')],
      ['Redis: memory of the jobs in it', bytes(PLACES * redisMemory)],
    ],
  }
}

const heads = ['hours', 'photos/s', 'workers', 'asker', 'storage', 'Redis', 'held', 'at its limit']

function asItIs(measured: Measured, storage: Pass['storage']): TextTable {
  return {
    title: `as it is: one asker, ${storage.name}; shares of the time at work`,
    lines: [
      ['workers', ...heads],
      ...COUNTS.map(workers => [workers.toLocaleString('en'), ...cells(passBy(measured, workers, storage))]),
    ],
  }
}

/** Stragglers and lost machines, at a size where workers are what there is too little of. */
function troubles(measured: Measured): TextTable {
  const workers = COUNTS[1]
  const pass = passBy(measured, workers, fileServer)
  const none = { straggling: { share: 0, times: 1 }, loss: { hours: Number.POSITIVE_INFINITY, seconds: 0 } }
  const ways: readonly (readonly [what: string, pass: Pass])[] = [
    ['no stragglers, no losses', { ...pass, ...none }],
    ['1 job in 100 takes 4 times as long', { ...pass, ...none, straggling: usual.straggling }],
    ['1 in 20 takes 10 times as long', { ...pass, ...none, straggling: { share: 0.05, times: 10 } }],
    ['1 in 1,000 takes 200 times as long', { ...pass, ...none, straggling: { share: 0.001, times: 200 } }],
    ['a worker is lost every 1,000 hours', { ...pass, ...none, loss: usual.loss }],
    ['every hour', { ...pass, ...none, loss: { hours: 1, seconds: 300 } }],
  ]
  return {
    title: `stragglers and losses: ${workers} workers, ${fileServer.name}`,
    lines: [
      ['', 'hours', 'workers', 'held', 'jobs cut off'],
      ...ways.map(([what, each]) => {
        const { seconds, busy, held, again } = simulate(each)
        return [
          what,
          hoursOf(seconds),
          percent(busy.workers),
          percent(held),
          Math.round((again * PHOTOS) / PLAYED).toLocaleString('en'),
        ]
      }),
    ],
  }
}

/** What would have to change for many workers, one thing on top of the other. */
function changes(measured: Measured): TextTable {
  const workers = COUNTS[3]
  const today = passBy(measured, workers, objectStore)
  const files = { ...today, filesAtOnce: MOST_FILES }
  const askers = { ...files, askers: 16 }
  const named = namedByWorkers(askers)
  const oneAsker = { ...namedByWorkers(today), places: 4 * workers }
  const larger = {
    ...named,
    workers: 4 * workers,
    redisServers: 4,
    places: (4 * 4 * workers) / askers.askers,
  }
  const faster = { ...larger, storage: { ...objectStore, bytesPerSecond: 4 * objectStore.bytesPerSecond } }
  const ways: readonly (readonly [what: string, pass: Pass])[] = [
    ['as it is', today],
    [`UV_THREADPOOL_SIZE=${MOST_FILES}`, files],
    ['and the list in 16 parts, an asker each', askers],
    ['and photos named by workers', named],
    ['one asker, photos named by workers, 4 places a worker', oneAsker],
    [`16 askers, ${larger.workers.toLocaleString('en')} workers, 4 places each, 4 queues`, larger],
    ['and four times the bandwidth', faster],
  ]
  return {
    title: `what would have to change: ${workers} workers, ${objectStore.name}`,
    lines: [['', ...heads], ...ways.map(([what, pass]) => [what, ...cells(pass)])],
  }
}

function cells(pass: Pass): string[] {
  if (presence(pass) >= 1) return ['–', '–', '–', '–', '–', '100 %', '–', 'Redis']
  const { seconds, busy, held } = simulate(pass)
  return [
    hoursOf(seconds),
    Math.round(PLAYED / seconds).toLocaleString('en'),
    percent(busy.workers),
    percent(busy.asker),
    percent(busy.storage),
    percent(busy.redis),
    percent(held),
    limitOf(busy, held),
  ]
}

/** Of all photos, from the seconds of those that were played. */
function hoursOf(seconds: number): string {
  return number(((seconds / 3600) * PHOTOS) / PLAYED)
}

/** What is at work nearly all the time; where nothing is, places are taken by jobs that wait for one before them. */
function limitOf(busy: Outcome['busy'], held: number): string {
  const [[name, share]] = Object.entries(busy).sort(([, a], [, b]) => b - a)
  if (share < 0.9 && held > 0.1) return 'places'
  return name === 'redis' ? 'Redis' : name
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}

function number(value: number): string {
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)))
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

function bytes(value: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
  return `${number(value / 1000 ** step)} ${units[step]}`
}
