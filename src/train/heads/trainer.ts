import { crossEntropy, trainingStep } from '../../autodiff/index.js'
import { float32, type RandomStream, scalar } from '../../core/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import { GraphBuilder } from '../../onnx/index.js'
import type { Restorable } from '../loop/index.js'
import { optimizerFor, StepRunner, type StepSettings, type StepState } from '../steps/index.js'
import type { HeadWeights } from './classifier.js'
import type { Head } from './head.js'

export interface HeadTrainerOptions extends DeviceOptions, StepSettings {
  readonly head: Head
  /** Rows of each training step. */
  readonly batchSize: number
  /** Initial weights and every step's dropout come from it. */
  readonly random: RandomStream
  /** What the head knows already; drawn anew by default. */
  readonly weights?: HeadWeights | undefined
  /** Steps that drew dropout before. */
  readonly drawn?: number | undefined
}

/** Features [rows, features] and their target probabilities [rows, classes]. */
export interface HeadBatch {
  readonly features: Float32Array
  readonly targets: Float32Array
}

/** A head in training, on features computed before. */
export class HeadTrainer implements Restorable<StepState> {
  private constructor(
    private readonly options: HeadTrainerOptions,
    private readonly runner: StepRunner,
  ) {}

  static async open(options: HeadTrainerOptions): Promise<HeadTrainer> {
    const { head, batchSize, random, weights = initialWeights(options) } = options
    const { labelSmoothing, classWeights, clip: maxNorm, accumulate, averageDecay } = options
    const builder = new GraphBuilder(`${head.name}-step`)
    const features = builder.input('features', 'float32', [batchSize, head.features])
    const targets = builder.input('targets', 'float32', [batchSize, head.classes])
    const rate = builder.input('rate', 'float32', [])
    const noise = head.noise(batchSize)
    for (const { name, shape } of [...noise, ...head.parameters, ...head.statistics])
      builder.input(name, 'float32', shape)
    const { logits, statistics } = head.train(builder, features, name => name)
    const step = trainingStep(builder, {
      loss: crossEntropy(builder, logits, targets, { labelSmoothing, classWeights }),
      parameters: new Map(head.parameters.map(({ name }) => [name, rate])),
      optimizer: name => optimizerFor(options, builder.staticShape(name)),
      carried: statistics,
      maxNorm,
      accumulate,
      averageDecay,
    })
    return new HeadTrainer(options, await StepRunner.open({ ...options, step, weights, noise, random }))
  }

  /** One optimiser step; the loss before it. */
  async step({ features, targets }: HeadBatch, rate: number): Promise<number> {
    const { head, batchSize } = this.options
    return this.runner.step({
      features: float32(features, [batchSize, head.features]),
      targets: float32(targets, [batchSize, head.classes]),
      rate: scalar(rate),
    })
  }

  /** Copies of the weights (averages where they are kept) and running statistics. */
  weights(): HeadWeights {
    const { head } = this.options
    return this.runner.weights([...head.parameters, ...head.statistics].map(({ name }) => name))
  }

  snapshot(): StepState {
    return this.runner.snapshot()
  }

  current(): StepState {
    return this.runner.current()
  }

  restore(state: StepState): void {
    this.runner.restore(state)
  }

  /** Steps that drew dropout so far. */
  get drawn(): number {
    return this.runner.drawn
  }

  async close(): Promise<void> {
    await this.runner.close()
  }
}

/** A head that has learnt nothing yet. */
export function initialWeights({ head, random }: Pick<HeadTrainerOptions, 'head' | 'random'>): HeadWeights {
  return new Map(
    [...head.parameters, ...head.statistics].map(({ name, init }) => [name, init(random.fork('init', name))]),
  )
}
