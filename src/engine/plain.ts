import type { InferenceSession, Tensor } from 'onnxruntime-common'
import { ChiquitoError } from '../core/index.js'
import { shortReason } from './device.js'
import { loadRuntime } from './runtime.js'
import { runtimeVersion } from './version.js'

/** A runtime as anybody would use it: nothing of ours around it, and its own defaults. */
export type PlainRuntime = 'onnxruntime-node' | 'onnxruntime-web'

export interface PlainSession {
  readonly version: string
  /** Outputs of the model for bytes fed as `pixels`. @throws `engine` */
  run(pixels: Uint8Array, shape: readonly number[], outputs: readonly string[]): Promise<Float32Array[]>
  close(): Promise<void>
}

/** What the two packages have in common. */
interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>
  }
  readonly Tensor: new (type: 'uint8', data: Uint8Array, dims: readonly number[]) => Tensor
}

/**
 * Opens a model with a runtime's own defaults, on the CPU: by the native library, or by WebAssembly as browsers have it. Undefined
 * where the package is not installed.
 *
 * @throws `model` where the runtime does not take it
 */
export async function openPlain(runtime: PlainRuntime, model: Uint8Array): Promise<PlainSession | undefined> {
  const loaded = runtime === 'onnxruntime-node' ? await native() : await web()
  if (loaded === undefined) return undefined
  const { ort, version, provider } = loaded
  let session: InferenceSession
  try {
    session = await ort.InferenceSession.create(model, { executionProviders: [provider] })
  } catch (error) {
    throw new ChiquitoError('model', `${runtime} ${version} does not take it: ${shortReason(error)}.`, {
      cause: error,
    })
  }
  return {
    version,
    async run(pixels, shape, outputs) {
      const results = await session
        .run({ pixels: new ort.Tensor('uint8', pixels, shape) })
        .catch((error: unknown) => {
          throw new ChiquitoError('engine', `${runtime} ${version} failed: ${shortReason(error)}.`, {
            cause: error,
          })
        })
      return outputs.map(output => {
        const data = results[output]?.data
        if (data instanceof Float32Array) return data.slice()
        throw new ChiquitoError('engine', `${runtime} ${version} gave no "${output}" of 32-bit floats.`)
      })
    },
    close: () => session.release(),
  }
}

interface Loaded {
  readonly ort: Ort
  readonly version: string
  readonly provider: 'cpu' | 'wasm'
}

async function native(): Promise<Loaded> {
  return { ort: await loadRuntime(), version: runtimeVersion(), provider: 'cpu' }
}

/** It is no dependency: whoever ships a model to browsers has it. */
async function web(): Promise<Loaded | undefined> {
  try {
    const ort = await import('onnxruntime-web')
    ort.env.logLevel = 'fatal'
    // Its threads are workers, which would outlive us.
    ort.env.wasm.numThreads = 1
    return { ort, version: ort.env.versions.web ?? 'unknown', provider: 'wasm' }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw new ChiquitoError('engine', `onnxruntime-web cannot be loaded: ${shortReason(error)}.`, {
      cause: error,
    })
  }
}
