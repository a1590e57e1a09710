import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { checkoutRoot } from '../support/process.js'

/** What is measured of each stage: what it is called, and its unit. `ms` of "processor" are of one core, all threads added up. */
export const figures = {
  photoBytes: ['a photo: size', 'bytes'],
  listing: ['asker: listing a photo', 'ms'],
  naming: ['asker: naming a photo, processor', 'ms'],
  namingBytes: ['asker: naming, bytes read', 'MB/s'],
  askerJob: ['asker: a job of 256 photos, processor', 'ms'],
  jobBytes: ['asker: a job of 256 photos, file', 'bytes'],
  resultBytes: ['worker: a result of 256 photos, file', 'bytes'],
  storeCalls: ['asker: a job, calls of the store', 'calls'],
  row: ['asker: a row, file', 'bytes'],
  decode: ['worker: decoding a photo, processor', 'ms'],
  network: ['worker: the network, a photo, processor', 'ms'],
  verdict: ['worker: a verdict, all told, processor', 'ms'],
  workerJob: ['worker: a job of 256 photos without looking, processor', 'ms'],
  redisJob: ['Redis: a job, processor', 'ms'],
  redisMemory: ['Redis: a job that waits, memory', 'bytes'],
  redisWorker: ['Redis: a worker that is there, processor', 'ms/s'],
} as const satisfies Readonly<Record<string, readonly [what: string, unit: string]>>

export type Figure = keyof typeof figures

/** All figures, by name. */
export type Measured = Readonly<Record<Figure, number>>

export function isFigure(name: string): name is Figure {
  return Object.hasOwn(figures, name)
}

const schema = z.object({ rows: z.array(z.object({ what: z.string(), ours: z.number() })) })

/** Where `npm run -s bench -- stages --json` was kept that the pages quote. */
export const measuredFile = path.join(checkoutRoot(), 'bench', 'pass', 'measured.json')

/** @throws Error where a figure is missing */
export function readMeasured(file = measuredFile): Measured {
  const { rows } = schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const figureOf = (name: Figure): number => {
    const row = rows.find(({ what }) => what === figures[name][0])
    if (!row)
      throw new Error(`${file} has no row "${figures[name][0]}": measure again with bench stages --json`)
    return row.ours
  }
  return {
    photoBytes: figureOf('photoBytes'),
    listing: figureOf('listing'),
    naming: figureOf('naming'),
    namingBytes: figureOf('namingBytes'),
    askerJob: figureOf('askerJob'),
    jobBytes: figureOf('jobBytes'),
    resultBytes: figureOf('resultBytes'),
    storeCalls: figureOf('storeCalls'),
    row: figureOf('row'),
    decode: figureOf('decode'),
    network: figureOf('network'),
    verdict: figureOf('verdict'),
    workerJob: figureOf('workerJob'),
    redisJob: figureOf('redisJob'),
    redisMemory: figureOf('redisMemory'),
    redisWorker: figureOf('redisWorker'),
  }
}
