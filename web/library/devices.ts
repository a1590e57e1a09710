import { ChiquitoError } from '../../src/core/error.js'
import { wasmFiles } from './places.js'
import type { Device } from './protocol.js'
import type { LoadOptions, RuntimeFiles } from './types.js'

/** What a worker is to load, and on what it may compute. */
export interface Chosen {
  readonly runtime: RuntimeFiles
  readonly devices: readonly Device[]
}

/**
 * Which files of the runtime are fetched: those for WebGPU only where there is a graphics processor, since they are larger.
 *
 * @throws `usage`, `engine` where WebGPU is asked for and is not there
 */
export async function chooseRuntimes(
  device: 'auto' | 'wasm' | 'webgpu',
  given: LoadOptions['runtime'],
): Promise<Chosen> {
  if (device !== 'auto' && device !== 'wasm' && device !== 'webgpu')
    throw new ChiquitoError(
      'usage',
      `device must be 'auto', 'wasm' or 'webgpu', but is ${JSON.stringify(device)}.`,
    )
  const files = typeof given === 'string' ? inFolder(given) : { ...given, wasm: given?.wasm ?? wasmFiles() }
  if (device === 'wasm') return { runtime: files.wasm, devices: ['wasm'] }
  const why = files.webgpu === undefined ? 'runtime.webgpu does not say where its files are' : await noGpu()
  if (why === undefined && files.webgpu !== undefined)
    return { runtime: files.webgpu, devices: device === 'auto' ? ['webgpu', 'wasm'] : ['webgpu'] }
  if (device === 'webgpu')
    throw new ChiquitoError('engine', `WebGPU cannot be used: ${why}. Leave device out.`)
  return { runtime: files.wasm, devices: ['wasm'] }
}

function inFolder(folder: string): { readonly wasm: RuntimeFiles; readonly webgpu: RuntimeFiles } {
  const base = new URL(folder.endsWith('/') ? folder : `${folder}/`, document.baseURI)
  const files = (build: string) => ({
    script: new URL(`ort.${build === '' ? 'wasm' : build.slice(1)}.min.mjs`, base).href,
    loader: new URL(`ort-wasm-simd-threaded${build}.mjs`, base).href,
    wasm: new URL(`ort-wasm-simd-threaded${build}.wasm`, base).href,
  })
  return { wasm: files(''), webgpu: files('.jspi') }
}

/** Why there is no graphics processor to compute on; undefined where there is one. */
async function noGpu(): Promise<string | undefined> {
  // The runtime's smaller file for it wants WebAssembly that can wait (JSPI); the other is larger than model and page together.
  if (!('Suspending' in WebAssembly)) return 'this browser has no JavaScript Promise Integration'
  const gpu: unknown = Reflect.get(navigator, 'gpu')
  if (!hasAdapters(gpu)) return 'this browser has none, or the page is not served by https'
  const adapter = await gpu.requestAdapter().catch(() => null)
  if (!adapter) return 'there is no graphics processor'
  return adapter.info?.isFallbackAdapter === true ? 'it is only imitated here' : undefined
}

interface Adapters {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>
}

function hasAdapters(gpu: unknown): gpu is Adapters {
  return typeof gpu === 'object' && gpu !== null && 'requestAdapter' in gpu
}
