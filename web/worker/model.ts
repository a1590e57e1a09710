import type * as Ort from 'onnxruntime-web'
import { ChiquitoError, messageOf } from '../../src/core/error.js'
import { scanModel } from '../../src/onnx/scan.js'
import { checkedAnswers } from '../../src/predict/answers.js'
import { verdictOf } from '../../src/predict/verdict.js'
import { type ModelMetadata, parseModelMetadata, thresholdIn } from '../../src/run/model-metadata.js'
import type { Device, Question } from '../library/protocol.js'
import type { Explanation, Verdict } from '../library/types.js'
import type { Runtime } from './runtime.js'
import { requireUnaltered } from './unaltered.js'
import { unpackModel } from './unpack-model.js'

/** What the network says of views. */
export interface Answered {
  readonly probabilities: readonly (readonly number[])[]
  /** [views]; undefined where the model does not say. */
  readonly known: Float32Array | undefined
}

/** A model and the session that runs it. */
export class WorkerModel {
  private constructor(
    readonly metadata: ModelMetadata,
    readonly name: string,
    readonly device: Device,
    readonly threads: number,
    private readonly ort: Runtime['ort'],
    private readonly session: Ort.InferenceSession,
  ) {}

  static async open(
    { name, model, devices }: Extract<Question, { readonly kind: 'load' }>,
    { ort, threads }: Runtime,
  ): Promise<WorkerModel> {
    const bytes = await unpackModel(new Uint8Array(model), name)
    const { metadata: entries, producer } = scanModel(bytes, name)
    const facts = parseModelMetadata(entries, name, producer)
    await requireUnaltered(bytes, entries, facts, name)
    const { session, device } = await fastest(ort, bytes, devices, facts.view.size, name)
    requireFit(session, facts, name)
    return new WorkerModel(facts, name, device, threads, ort, session)
  }

  get threshold(): number | undefined {
    return this.session.outputNames.includes('known') ? thresholdIn(this.metadata) : undefined
  }

  get explains(): boolean {
    return this.session.outputNames.includes('why')
  }

  /** Whether the network can look at several views in one run. */
  get takesBatches(): boolean {
    const [input] = this.session.inputMetadata
    return input?.isTensor === true && typeof input.shape[0] === 'string'
  }

  /** A verdict for each of views [views, size, size, 3]. */
  async judge(views: Uint8Array, count: number): Promise<Verdict[]> {
    if (count > 1 && !this.takesBatches) {
      const bytes = views.length / count
      const one = (i: number) => this.judge(views.slice(i * bytes, (i + 1) * bytes), 1)
      const verdicts: Verdict[] = []
      for (let i = 0; i < count; i++) verdicts.push(...(await one(i)))
      return verdicts
    }
    const { probabilities, known } = await this.answer(views, count)
    const { labels } = this.metadata
    return probabilities.map((row, i) => verdictOf(labels, row, known?.[i], this.threshold))
  }

  async answer(views: Uint8Array, count: number): Promise<Answered> {
    const results = await this.run(views, count, ['probabilities', 'known'])
    const classes = this.metadata.labels.length
    const { dims, data } = results.probabilities
    const known = 'known' in results ? floats(results.known.data) : undefined
    return checkedAnswers({ shape: dims, probabilities: floats(data), known }, [count, classes], this.name)
  }

  /** What spoke for the most probable label: the output `why`, [1, height, width]. */
  async why(view: Uint8Array): Promise<Explanation> {
    const [verdict] = await this.judge(view, 1)
    const { why } = await this.run(view, 1, ['why'])
    const [, height, width] = why.dims
    return { verdict, width, height, values: floats(why.data) }
  }

  private async run(
    views: Uint8Array,
    count: number,
    wanted: readonly string[],
  ): Promise<Record<string, Ort.Tensor>> {
    const { size } = this.metadata.view
    const outputs = wanted.filter(output => this.session.outputNames.includes(output))
    const pixels = new this.ort.Tensor('uint8', views, [count, size, size, 3])
    try {
      return await this.session.run({ pixels }, outputs)
    } catch (error) {
      throw new ChiquitoError('engine', `${this.name} failed: ${messageOf(error)}`, { cause: error })
    }
  }
}

interface Opened {
  readonly session: Ort.InferenceSession
  readonly device: Device
}

/** Of several devices the one that a photo takes less time on; one that fails is no candidate where there is another. */
async function fastest(
  ort: Runtime['ort'],
  model: Uint8Array,
  devices: readonly Device[],
  size: number,
  name: string,
): Promise<Opened> {
  if (devices.length === 1) return { session: await create(ort, model, devices[0], name), device: devices[0] }
  let best: (Opened & { readonly time: number }) | undefined
  let failure: unknown
  for (const device of devices) {
    try {
      const session = await create(ort, model, device, name)
      const time = await timeOf(ort, session, size)
      const isBetter = best === undefined || time < best.time
      await (isBetter ? best?.session : session)?.release()
      if (isBetter) best = { session, device, time }
    } catch (error) {
      failure = error
    }
  }
  if (best) return best
  throw failure
}

async function create(
  ort: Runtime['ort'],
  model: Uint8Array,
  device: Device,
  name: string,
): Promise<Ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, { executionProviders: [device] })
  } catch (error) {
    throw new ChiquitoError('model', `${name} cannot be run here: ${messageOf(error)}`, { cause: error })
  }
}

/** Milliseconds for one photo, the second one: the first compiles and allocates. */
async function timeOf(ort: Runtime['ort'], session: Ort.InferenceSession, size: number): Promise<number> {
  const once = async () => {
    const start = performance.now()
    await session.run({
      pixels: new ort.Tensor('uint8', new Uint8Array(size * size * 3), [1, size, size, 3]),
    })
    return performance.now() - start
  }
  await once()
  return once()
}

function requireFit(session: Ort.InferenceSession, facts: ModelMetadata, name: string): void {
  const { inputNames, outputNames } = session
  const tells = thresholdIn(facts) === undefined || outputNames.includes('known')
  if (inputNames.join() === 'pixels' && outputNames.includes('probabilities') && tells) return
  throw new ChiquitoError(
    'model',
    `${name} does not fit what it says of itself: expected one input "pixels" and the outputs "probabilities"${tells ? '' : ' and "known"'}. Give a model.onnx as "chiquito train" wrote it.`,
  )
}

function floats(data: Ort.Tensor.DataType): Float32Array {
  if (data instanceof Float32Array) return data
  throw new ChiquitoError('model', 'The model answers with numbers of another kind than float32.')
}
