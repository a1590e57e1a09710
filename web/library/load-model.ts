import { ChiquitoError, messageOf, throwIfAborted } from '../../src/core/error.js'
import { WorkerClassifier } from './classifier.js'
import { chooseRuntimes } from './devices.js'
import { fetchModel, MAX_MODEL_BYTES } from './fetch-model.js'
import { nameOf } from './name-of.js'
import { startedWorker } from './start-worker.js'
import type { Classifier, LoadOptions, ModelSource, RuntimeFiles } from './types.js'
import { WorkerTalk } from './worker-talk.js'

/** Threads that do not start are given up after so long, in milliseconds: some pages let none start, and nothing tells. */
const THREADS_LIMIT_MS = 20_000

/** More bring nothing: the network is small. */
const MOST_THREADS = 4

/**
 * Loads a `model.onnx` as chiquito writes it, in a worker of its own.
 *
 * @param source - where the file is, or its bytes
 * @throws ChiquitoError `usage` where `source` or an option is none, `io` where it cannot be fetched, `model` where it is none of ours,
 * or not made of plain operators, `engine` where the runtime does not start, `interrupted`
 */
export async function loadModel(source: ModelSource, options: LoadOptions = {}): Promise<Classifier> {
  const { signal, device = 'wasm' } = options
  requireSource(source)
  const name = typeof source === 'string' ? source : source instanceof URL ? source.href : 'the model'
  const chosen = await chooseRuntimes(device, options.runtime)
  const threads = threadsOf(options.threads)
  const model = bytesOf(source, options)
  // Whoever stops meanwhile is told by what waits for it below.
  model.catch(() => undefined)
  const talk = await start(chosen.runtime, threads, options)
  try {
    const { devices } = chosen
    const loaded = await talk.ask<'load'>(
      { kind: 'load', name, model: requireSize(await model, name), devices },
      { signal },
    )
    return new WorkerClassifier(talk, loaded)
  } catch (error) {
    talk.close()
    throw error
  }
}

function requireSize(model: ArrayBuffer, name: string): ArrayBuffer {
  if (model.byteLength <= MAX_MODEL_BYTES) return model
  throw new ChiquitoError(
    'model',
    `${name} has ${model.byteLength} bytes, more than the limit of ${MAX_MODEL_BYTES}.`,
  )
}

/** A worker with its runtime ready: on one thread where several do not start. */
async function start(runtime: RuntimeFiles, threads: number, options: LoadOptions): Promise<WorkerTalk> {
  const { worker, signal } = options
  const talk = new WorkerTalk(startedWorker(worker))
  try {
    const asked = talk.ask<'start'>({ kind: 'start', runtime, threads }, { signal })
    await (threads > 1 ? withLimit(asked) : asked)
    return talk
  } catch (error) {
    talk.close()
    if (threads === 1 || signal?.aborted) throw error
    return start(runtime, 1, options)
  }
}

async function withLimit<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ChiquitoError('engine', 'The threads of WebAssembly did not start.')),
      THREADS_LIMIT_MS,
    )
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

function threadsOf(asked: number | undefined): number {
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1))
    throw new ChiquitoError('usage', `threads must be a whole number from 1, but is ${asked}.`)
  if (!globalThis.crossOriginIsolated) return 1
  return asked ?? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1)
}

/** Programs without types give anything, and that would be fetched under its name. @throws `usage` */
function requireSource(source: unknown): void {
  const isBytes = source instanceof ArrayBuffer || ArrayBuffer.isView(source) || source instanceof Blob
  if (isBytes || source instanceof URL || (typeof source === 'string' && source.trim() !== '')) return
  const given = source === '' ? 'an empty text' : nameOf(source)
  throw new ChiquitoError(
    'usage',
    `The model must be an address, an ArrayBuffer or a view of one, or a Blob, but is ${given}.`,
  )
}

async function bytesOf(source: ModelSource, options: LoadOptions): Promise<ArrayBuffer> {
  if (source instanceof ArrayBuffer) return source
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source
    return new Uint8Array(buffer, byteOffset, byteLength).slice().buffer
  }
  if (source instanceof Blob) return source.arrayBuffer()
  try {
    return await fetchModel(String(source), options)
  } catch (error) {
    throwIfAborted(options.signal)
    if (error instanceof ChiquitoError) throw error
    throw new ChiquitoError('io', `The model ${source} cannot be fetched: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}
