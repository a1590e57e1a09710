import { availableParallelism } from 'node:os'
import type { InferenceSession } from 'onnxruntime-node'
import { argumentError, ChiquitoError, messageOf } from '../core/index.js'
import { whyNoWebGpu } from './probe.js'
import type { Runtime } from './runtime.js'

/** What graphs run on. */
export type Device = 'cpu' | 'webgpu' | 'cuda'

export const devices: readonly Device[] = ['cpu', 'webgpu', 'cuda']

/** Where and how a graph runs. */
export interface DeviceOptions {
  /** `'cpu'` by default. Another one that is not there is replaced by the CPU, with a notice. */
  readonly device?: Device | undefined
  /** A device that is not there is an error instead. */
  readonly strict?: boolean | undefined
  /** Threads of the CPU, from 1 to {@link MAX_THREADS}; as many as the process may use by default. */
  readonly threads?: number | undefined
  /** Told when something is not as asked for. */
  readonly notice?: ((message: string) => void) | undefined
}

/** No machine has more cores; a larger number is a mistake that would take the machine down. */
export const MAX_THREADS = 1024

/** How much the runtime may rewrite a graph when it loads it. */
export type Optimization = 'none' | 'basic' | 'extended' | 'all'

const levels = { none: 'disabled', basic: 'basic', extended: 'extended', all: 'all' } as const

/**
 * How long a thread without work keeps looking for some before it sleeps, in microseconds: long enough to reach the next
 * operation of a run. Left to itself the runtime looks much longer, at the cost of everything else on the machine
 * (docs/decisions/0015-thread-spinning.md).
 */
const SPIN_MICROSECONDS = 20

const titles: Readonly<Record<Device, string>> = { cpu: 'CPU', webgpu: 'WebGPU', cuda: 'CUDA' }

export interface OpenedSession {
  readonly session: InferenceSession
  readonly device: Device
}

/**
 * Opens a session on the device asked for, or on the CPU with a notice.
 *
 * @param name of the model, for messages.
 * @throws ChiquitoError `engine` when the device is not there and `strict`; `model` when the CPU refuses the model too.
 */
export async function openOn(
  runtime: Runtime,
  model: Uint8Array | string,
  name: string,
  options: DeviceOptions & { readonly optimize?: Optimization | undefined },
): Promise<OpenedSession> {
  const { device = 'cpu', strict = false, notice, optimize = 'all' } = options
  if (!devices.includes(device)) throw argumentError('device', `one of ${devices.join(', ')}`, device)
  const settings = sessionSettings(threadsOf(options), optimize)
  if (device !== 'cpu') {
    try {
      const missing = device === 'webgpu' ? await whyNoWebGpu() : undefined
      if (missing !== undefined) throw new ChiquitoError('engine', missing)
      return { session: await create(runtime, model, { ...settings, executionProviders: [device] }), device }
    } catch (error) {
      const why = `${titles[device]} cannot be used here (${plainReason(error)})`
      if (strict)
        throw new ChiquitoError('engine', `${why}. Leave the device out to use the CPU.`, { cause: error })
      // Told only once the CPU has taken the model: otherwise the model is to blame.
      const opened = await openOn(runtime, model, name, { ...options, device: 'cpu' })
      notice?.(`${why}; using the CPU instead.`)
      return opened
    }
  }
  try {
    return { session: await create(runtime, model, { ...settings, executionProviders: ['cpu'] }), device }
  } catch (error) {
    throw new ChiquitoError('model', `${name} cannot be run: ${shortReason(error)}.`, { cause: error })
  }
}

/** Threads asked for, checked. */
export function threadsOf({ threads = availableParallelism() }: DeviceOptions): number {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
    throw argumentError('threads', `a whole number from 1 to ${MAX_THREADS}`, threads)
  return threads
}

/** What the runtime says of devices that are not there, and what it means. */
const absences: readonly (readonly [said: RegExp, meant: string])[] = [
  [/adapter/i, 'no graphics adapter for it was found'],
  [/shared (library|object)|LoadLibrary|\.(so|dll|dylib)\b/i, 'its libraries are not installed'],
  [
    /backend not found|no available backend|unsupported|not (supported|available|enabled)/i,
    'the runtime has it not on this system',
  ],
]

/** Why a device is not there, in plain words where they are known. */
function plainReason(error: unknown): string {
  const said = shortReason(error)
  return absences.find(([pattern]) => pattern.test(said))?.[1] ?? said
}

/** The part of an onnxruntime message that says what is wrong, without its source paths and status codes. */
export function shortReason(error: unknown): string {
  return messageOf(error)
    .replace(/\/\S*onnxruntime\S*\.(cc|h):\d+ /g, '')
    .replace(/\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /g, '')
    .replace(
      /Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: /g,
      '$1 $2: ',
    )
    .replace(/^.*?\) (\S+ (?:==|!=|<|>).*? was false\. )/s, '')
    .trim()
    .replace(/\.+$/, '')
}

function sessionSettings(threads: number, optimize: Optimization): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: levels[optimize],
    // Plans one block for all buffers of a shape: no faster here, and hundreds of megabytes more for training steps.
    enableMemPattern: false,
    logSeverityLevel: 4,
    extra: { 'session.intra_op.spin_duration_us': String(SPIN_MICROSECONDS) },
  }
}

/** How a graph is rewritten for the CPU and written to a file, in the runtime's own format: to be opened with `'none'`. */
export function preparation(file: string): InferenceSession.SessionOptions {
  const settings = sessionSettings(1, 'all')
  return {
    ...settings,
    executionProviders: ['cpu'],
    optimizedModelFilePath: file,
    extra: { ...settings.extra, 'session.save_model_format': 'ORT' },
  }
}

async function create(
  { InferenceSession }: Runtime,
  model: Uint8Array | string,
  settings: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  return typeof model === 'string'
    ? InferenceSession.create(model, settings)
    : InferenceSession.create(model, settings)
}
