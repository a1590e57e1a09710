import { crossEntropy, expandComposites, nextName, type Optimizer, trainingStep } from '../autodiff/index.js'
import { float32, type RandomStream, scalar, sizeOf, type Tensor, zeros } from '../core/index.js'
import { type DeviceOptions, Session } from '../engine/index.js'
import { GraphBuilder, model } from '../onnx/index.js'
import type { Restorable } from './callbacks.js'
import { HeadRunner, type HeadWeights } from './classifier.js'
import type { Head, Noise } from './head.js'

type State = Map<string, Tensor<'float32'>>

export interface HeadTrainerOptions extends DeviceOptions {
  readonly head: Head
  readonly optimizer: Optimizer
  /** Rows of each training step. */
  readonly batchSize: number
  /** Initial weights and every step's dropout come from it. */
  readonly random: RandomStream
  readonly labelSmoothing?: number | undefined
  /** Weight of each class in the loss, in label order. */
  readonly classWeights?: readonly number[] | undefined
}

/** Features [rows, features] and their target probabilities [rows, classes]. */
export interface HeadBatch {
  readonly features: Float32Array
  readonly targets: Float32Array
}

/**
 * A head in training: its weights and one graph that does a whole step. Two sets of buffers take turns, because a
 * tensor must not be read and written in the same run.
 */
export class HeadTrainer implements Restorable<HeadWeights> {
  /** Steps since the optimiser's state began, and since the head was made. */
  private steps = 0
  private drawn = 0

  private constructor(
    private readonly options: HeadTrainerOptions,
    private readonly session: Session,
    private readonly noise: readonly Noise[],
    private current: State,
    private spare: State,
  ) {}

  static async open(options: HeadTrainerOptions): Promise<HeadTrainer> {
    const { head, optimizer, batchSize, random, labelSmoothing, classWeights } = options
    const builder = new GraphBuilder(`${head.name}-step`)
    const features = builder.input('features', 'float32', [batchSize, head.features])
    const targets = builder.input('targets', 'float32', [batchSize, head.classes])
    const rate = builder.input('rate', 'float32', [])
    const noise = head.noise(batchSize)
    for (const { name, shape } of [...noise, ...head.parameters, ...head.statistics])
      builder.input(name, 'float32', shape)
    const { logits, statistics } = head.train(builder, features, name => name)
    const { graph, slots } = trainingStep(builder, {
      loss: crossEntropy(builder, logits, targets, { labelSmoothing, classWeights }),
      parameters: new Map(head.parameters.map(({ name }) => [name, rate])),
      optimizer,
      carried: statistics,
    })
    const current: State = new Map(slots)
    for (const { name, init } of [...head.parameters, ...head.statistics])
      current.set(name, init(random.fork('init', name)))
    const spare: State = new Map(Array.from(current, ([name, { shape }]) => [name, zeros(shape)]))
    const session = await Session.open(model(expandComposites(graph)), options)
    return new HeadTrainer(options, session, noise, current, spare)
  }

  /** One optimiser step; the loss before it. */
  async step({ features, targets }: HeadBatch, rate: number): Promise<number> {
    const { head, batchSize, random } = this.options
    this.steps++
    this.drawn++
    const feeds: Record<string, Tensor> = {
      features: float32(features, [batchSize, head.features]),
      targets: float32(targets, [batchSize, head.classes]),
      rate: scalar(rate),
      step: scalar(this.steps),
      ...Object.fromEntries(this.current),
    }
    for (const { name, shape } of this.noise)
      feeds[name] = float32(
        random.fork('noise', name, this.drawn).fillUniform(new Float32Array(sizeOf(shape))),
        shape,
      )
    const loss = zeros([])
    const fetches: Record<string, Tensor> = { loss }
    for (const [name, tensor] of this.spare) fetches[nextName(name)] = tensor
    await this.session.runInto(feeds, fetches)
    ;[this.current, this.spare] = [this.spare, this.current]
    return loss.data[0]
  }

  /** The head as it stands, ready for predictions. */
  async runner(): Promise<HeadRunner> {
    return HeadRunner.open(this.options.head, this.weights(), this.options)
  }

  /** Copies of the weights and running statistics. */
  weights(): HeadWeights {
    const { head } = this.options
    return new Map(
      [...head.parameters, ...head.statistics].flatMap(({ name }) => {
        const tensor = this.current.get(name)
        return tensor ? [[name, float32(tensor.data.slice(), tensor.shape)]] : []
      }),
    )
  }

  /** Everything a step changes, the optimiser's state included. */
  snapshot(): HeadWeights {
    return new Map(
      Array.from(this.current, ([name, { data, shape }]) => [name, float32(data.slice(), shape)]),
    )
  }

  restore(snapshot: HeadWeights): void {
    for (const [name, { data }] of snapshot) this.current.get(name)?.data.set(data)
  }

  /** Starts a new fit: momentum and the like from zero, weights as they are. */
  forgetMomentum(): void {
    const { head, optimizer } = this.options
    for (const { name, shape } of head.parameters)
      for (const [slot, { data }] of Object.entries(optimizer.slots(shape)))
        this.current.get(`${name}.${slot}`)?.data.set(data)
    this.steps = 0
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}
