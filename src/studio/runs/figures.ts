import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError, describeIssue } from '../../core/index.js'
import { errorCode, ioError } from '../../files/index.js'
import type { RunFigures } from '../api/runs.js'

const intervalSchema = z.tuple([z.number(), z.number()])

const binSchema = z.object({
  count: z.number(),
  confidence: z.number().nullable(),
  accuracy: z.number().nullable(),
})

/** What the page shows of `metrics.json`; it holds more. */
const figuresSchema = z.object({
  labels: z.array(z.string()),
  photos: z.object({ train: z.number(), valid: z.number(), test: z.number() }),
  accuracy: z.number(),
  interval: intervalSchema,
  mayBe: z.string().nullable(),
  confusion: z.array(z.array(z.number())),
  coverage: z.number().nullable(),
  evaluation: z.object({ count: z.number(), right: z.number(), majority: z.number() }),
  calibration: z.object({
    ece: z.number(),
    interval: intervalSchema,
    floor: z.object({ low: z.number(), high: z.number() }),
    reliability: z.array(binSchema),
  }),
  notices: z.array(z.string()),
  leaks: z.array(z.unknown()).transform(leaks => leaks.length),
  unreadable: z.array(z.unknown()).transform(unreadable => unreadable.length),
  shortcuts: z.array(z.object({ property: z.string(), class: z.string(), stands: z.boolean() })),
  seconds: z.number(),
})

type Read = z.infer<typeof figuresSchema>

/** No run's figures are larger: a matrix of 1,000 classes is a few megabytes. */
const MAX_BYTES = 64 * 1024 * 1024

/** The figures of a finished run. @throws `io`, `data` */
export async function readFigures(run: string): Promise<RunFigures> {
  const figures = await figuresIfThere(run)
  if (figures !== undefined) return figures
  throw new ChiquitoError('io', `"${run}" has no metrics.json: its training was not finished. Go on with it.`)
}

/** Undefined where the run has none yet. @throws `io`, `data` */
export async function figuresIfThere(run: string): Promise<RunFigures | undefined> {
  const file = path.join(run, 'metrics.json')
  const text = await textOf(file)
  if (text === undefined) return undefined
  const { evaluation, ...figures } = parsed(text, file)
  return { ...figures, ...evaluation }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES) throw new ChiquitoError('data', `"${file}" has ${size} bytes: no figures of a run.`)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'read', file)
  }
}

function parsed(text: string, file: string): Read {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ChiquitoError('data', `"${file}" is not valid JSON.`, { cause: error })
  }
  const figures = figuresSchema.safeParse(value)
  if (figures.success) return figures.data
  throw new ChiquitoError('data', `"${file}" is damaged: ${describeIssue(figures.error)}. Train again.`)
}
