import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { ChiquitoError, messageOf } from '../../core/index.js'
import { Predictor } from '../../predict/index.js'
import type { Batch, Failure, FromLooker, LookerSettings, ModelFacts, ToLooker } from './messages.js'

// One looker: a thread that holds a network. A run keeps the thread that asks for it, so this is not the one that serves.

const settings: LookerSettings = workerData

function say(message: FromLooker, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

function failureOf(error: unknown): Failure {
  const code = error instanceof ChiquitoError ? error.code : 'engine'
  return { code, message: messageOf(error) }
}

async function idOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function open(): Promise<Predictor | undefined> {
  const { path, ...options } = settings
  try {
    const id = await idOf(path)
    const predictor = await Predictor.open(path, {
      ...options,
      notice: message => say({ kind: 'notice', message }),
    })
    const { golden: _, ...metadata } = predictor.metadata
    const facts: ModelFacts = {
      ...metadata,
      id,
      known: predictor.threshold,
      takesBatches: predictor.takesBatches,
    }
    say({ kind: 'ready', facts })
    return predictor
  } catch (error) {
    say({ kind: 'refused', failure: failureOf(error) })
    return undefined
  }
}

async function look(predictor: Predictor, { views, count }: Batch): Promise<void> {
  const { size } = predictor.metadata.view
  try {
    const started = performance.now()
    const predictions = await predictor.predictViews(views.subarray(0, count * size * size * 3), count)
    const seconds = (performance.now() - started) / 1000
    say({ kind: 'answer', predictions, views, seconds }, [views.buffer])
  } catch (error) {
    say({ kind: 'failed', failure: failureOf(error), views }, [views.buffer])
  }
}

const predictor = await open()
parentPort?.on('message', (message: ToLooker) => {
  if (message !== 'close' && predictor) void look(predictor, message)
  else void predictor?.close().finally(() => parentPort?.close())
})
// Nothing is left to wait for.
if (!predictor) parentPort?.close()
