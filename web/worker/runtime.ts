import type * as Ort from 'onnxruntime-web'
import { ChiquitoError, messageOf } from '../../src/core/error.js'
import type { RuntimeFiles } from '../library/types.js'
import { unpacked } from '../library/unpacked.js'

/** onnxruntime-web, ready to take models. */
export interface Runtime {
  readonly ort: typeof Ort
  readonly threads: number
}

/**
 * An ONNX model that hands one number through: ModelProto { ir_version 8, opset 13, graph { Identity } }. The runtime compiles its
 * WebAssembly when it is first given a model, and that takes as long as fetching ours does.
 */
const identity = Uint8Array.of(
  ...[0x08, 0x08, 0x3a, 0x2f, 0x0a, 0x10, 0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x08],
  ...[0x49, 0x64, 0x65, 0x6e, 0x74, 0x69, 0x74, 0x79, 0x12, 0x01, 0x67],
  ...[0x5a, 0x0b, 0x0a, 0x01, 0x78, 0x12, 0x06, 0x0a, 0x04, 0x08, 0x01, 0x12, 0x00],
  ...[0x62, 0x0b, 0x0a, 0x01, 0x79, 0x12, 0x06, 0x0a, 0x04, 0x08, 0x01, 0x12, 0x00],
  ...[0x42, 0x02, 0x10, 0x0d],
)

/** @throws `engine` */
export async function startRuntime(
  { script, loader, wasm, packed }: RuntimeFiles,
  threads: number,
): Promise<Runtime> {
  try {
    const binary = packed === undefined ? undefined : unpacked(packed, 'default')
    // Whoever waits for it hears of it.
    binary?.catch(() => undefined)
    const ort: typeof Ort = await import(/* @vite-ignore */ script)
    ort.env.wasm.wasmPaths = { mjs: loader, wasm }
    ort.env.wasm.numThreads = threads
    ort.env.logLevel = 'error'
    const bytes = await binary
    if (bytes) ort.env.wasm.wasmBinary = bytes
    const session = await ort.InferenceSession.create(identity, { executionProviders: ['wasm'] })
    await session.release()
    return { ort, threads }
  } catch (error) {
    throw new ChiquitoError(
      'engine',
      `The runtime cannot be started from ${script} (${messageOf(error)}). Say in the option "runtime" where onnxruntime-web's files are.`,
      { cause: error },
    )
  }
}
