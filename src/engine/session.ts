import type { InferenceSession, OnnxValue } from 'onnxruntime-node'
import { ChiquitoError, type Tensor } from '../core/index.js'
import type { Model, ValueType } from '../onnx/index.js'
import { checkFeeds, checkFetches, checkOutputs } from './check.js'
import {
  type Device,
  type DeviceOptions,
  type OpenedSession,
  type Optimization,
  openOn,
  shortReason,
  threadsOf,
} from './device.js'
import { isWorthPreparing, prepareAside } from './prepare.js'
import { dtypeOf, fromRuntime, loadRuntime, type Runtime, toRuntime } from './runtime.js'
import { canSkipCopies, isWritten, written } from './written.js'

export interface SessionOptions extends DeviceOptions {
  /** What messages call the model: its file, or its graph's name by default. */
  readonly name?: string | undefined
  /** How much the runtime may rewrite the graph: `'all'` by default. */
  readonly optimize?: Optimization | undefined
  /**
   * Results of a model built here mostly go into memory given, by {@link Session.runInto}, which is faster then on the CPU: the
   * runtime makes no copies of them.
   */
  readonly into?: boolean | undefined
  /** Ends the opening of a graph of thousands of operations; others are opened in one go. */
  readonly signal?: AbortSignal | undefined
}

/** Sessions that are open, by nothing but their number: tests use it to find one that is never closed. */
let open = 0

/** How many sessions of this process are open. */
export function openSessions(): number {
  return open
}

/**
 * A graph ready to run.
 *
 * A run keeps this thread until it is done: other JavaScript waits, so sessions of one process never run at once. Each
 * session has threads of its own, though, which look for work for a moment after a run; several sessions in turns cost
 * little (see `SPIN_MICROSECONDS`). Close what is no longer needed: an open session keeps its weights and buffers.
 */
export class Session {
  /** What the caller feeds: element type and shape [dimensions, of which names stand for any size] by name. */
  readonly inputs: ReadonlyMap<string, ValueType>
  /** What comes back. */
  readonly outputs: ReadonlyMap<string, ValueType>
  private readonly skipsCopies: boolean

  private constructor(
    private readonly runtime: Runtime,
    private session: InferenceSession | undefined,
    /** What the graph runs on: the CPU where the device asked for is not there. */
    readonly device: Device,
    private readonly name: string,
  ) {
    this.inputs = typesOf(session?.inputMetadata ?? [], name)
    const outputs = session?.outputMetadata ?? []
    this.skipsCopies = outputs.some(output => output.name === written)
    this.outputs = typesOf(
      outputs.filter(output => output.name !== written),
      name,
    )
  }

  /**
   * Opens a model: one built here, the bytes of an `.onnx` file, or its path (fastest, as the runtime reads the file
   * itself).
   *
   * @throws ChiquitoError `model` when the runtime does not take it, naming it; `engine` when a device is not there
   *   and `strict` is set; `usage` for options out of range; `interrupted` when the signal fires.
   */
  static async open(model: Model | Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
    const name = options.name ?? nameOf(model)
    const runtime = await loadRuntime()
    const isFile = typeof model === 'string' || model instanceof Uint8Array
    const source = isFile ? model : await bytesOf(model, await emptyListOf(runtime, options))
    if (source.length === 0) throw new ChiquitoError('model', `${name} cannot be run: it is empty.`)
    const prepared = await preparedOf(model, source, options)
    const { session, device } =
      (prepared && (await openPrepared(runtime, prepared, name, options))) ??
      (await openOn(runtime, source, name, options))
    open++
    try {
      return new Session(runtime, session, device, name)
    } catch (error) {
      open--
      await session.release()
      throw error
    }
  }

  /**
   * Runs the graph. Feeds are read in place; the tensors that come back are new memory, the caller's own.
   *
   * @param outputs the results wanted, all when absent; what only others need is still computed.
   * @throws ChiquitoError `engine`, naming the input that does not fit, or saying what the runtime says.
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    outputs?: readonly string[],
  ): Promise<Record<string, Tensor>> {
    const wanted = outputs ?? [...this.outputs.keys()]
    checkOutputs(this.name, this.outputs, wanted)
    checkFeeds(this.name, this.inputs, feeds)
    const results = await this.execute(feeds, wanted)
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => [
        name,
        fromRuntime(value, `Output ${name} of ${this.name}`),
      ]),
    )
  }

  /**
   * Runs the graph and writes results into tensors given, without any copy where the session was opened for it (`into`). Outputs not among them are not computed
   * for the caller. To feed results back, as training does, keep two sets of tensors and swap them: memory that is
   * both fed and fetched is refused.
   */
  async runInto(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: Readonly<Record<string, Tensor>>,
  ): Promise<void> {
    const sizes = checkFeeds(this.name, this.inputs, feeds)
    checkFetches(this.name, this.outputs, fetches, feeds, sizes)
    const places = this.convert(fetches, 'The tensor for output')
    await this.execute(feeds, this.skipsCopies ? { [written]: null, ...places } : places)
  }

  /** Frees the model's native memory and threads. Closing twice is allowed. */
  async close(): Promise<void> {
    const { session } = this
    if (!session) return
    this.session = undefined
    open--
    await session.release()
  }

  private async execute(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: InferenceSession.FetchesType,
  ): Promise<InferenceSession.ReturnType> {
    const { session } = this
    if (!session) throw new ChiquitoError('engine', `${this.name} was closed and cannot run any more.`)
    const values = this.convert(feeds, 'Input')
    try {
      return await session.run(values, fetches)
    } catch (error) {
      if (written in fetches && isWritten(error)) return {}
      throw new ChiquitoError('engine', `${this.name} failed to run: ${shortReason(error)}.`, {
        cause: error,
      })
    }
  }

  private convert(tensors: Readonly<Record<string, Tensor>>, what: string): Record<string, OnnxValue> {
    return Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name,
        toRuntime(this.runtime, tensor, `${what} ${name} of ${this.name}`),
      ]),
    )
  }
}

function typesOf(metadata: readonly InferenceSession.ValueMetadata[], model: string): Map<string, ValueType> {
  return new Map(
    metadata.map(value => {
      const dtype = value.isTensor ? dtypeOf(value.type) : undefined
      if (!value.isTensor || !dtype)
        throw new ChiquitoError(
          'model',
          `${model} has ${value.name}, which is not a tensor of numbers; that is not supported.`,
        )
      return [value.name, { dtype, shape: value.shape }]
    }),
  )
}

function nameOf(model: Model | Uint8Array | string): string {
  if (typeof model === 'string') return model
  return model instanceof Uint8Array ? 'the model' : model.graph.name
}

/** A large graph, as it opens fast; undefined for one that is opened as it is. */
async function preparedOf(
  model: Model | Uint8Array | string,
  source: Uint8Array | string,
  { device = 'cpu', optimize = 'all', signal, ...options }: SessionOptions,
): Promise<Uint8Array | undefined> {
  if (typeof source === 'string' || typeof model === 'string' || model instanceof Uint8Array) return undefined
  if (device !== 'cpu' || optimize !== 'all' || !isWorthPreparing(model.graph.nodes.length)) return undefined
  threadsOf(options)
  return prepareAside(source, signal)
}

async function openPrepared(
  runtime: Runtime,
  prepared: Uint8Array,
  name: string,
  options: SessionOptions,
): Promise<OpenedSession | undefined> {
  try {
    return await openOn(runtime, prepared, name, { ...options, optimize: 'none' })
  } catch {
    // Then the graph itself is opened, or says what is wrong with it.
    return undefined
  }
}

/** The model as a file. The writer is loaded only when a model was built here. */
async function bytesOf(model: Model, emptyList: string | undefined): Promise<Uint8Array> {
  const { writeModel } = await import('../onnx/index.js')
  return writeModel(model, { emptyList })
}

async function emptyListOf(
  runtime: Runtime,
  { into = false, device = 'cpu' }: SessionOptions,
): Promise<string | undefined> {
  return into && device === 'cpu' && (await canSkipCopies(runtime)) ? written : undefined
}
