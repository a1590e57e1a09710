import { nextName, type Optimizer, type TrainingStep } from '../../autodiff/index.js'
import { float32, type RandomStream, scalar, sizeOf, type Tensor, zeros } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { model } from '../../onnx/index.js'
import type { Restorable } from '../loop/index.js'
import { runnable } from './runnable.js'

export type Tensors = ReadonlyMap<string, Tensor<'float32'>>

/** How a step changes weights. */
export interface StepSettings {
  readonly optimizer: Optimizer
  /** In the place of the optimiser's own. */
  readonly weightDecay?: number | undefined
  /** Decay biases and the weights of norms, too; off by default. */
  readonly decayNorms?: boolean | undefined
  /** Upper limit for the joint norm of all gradients; none by default. */
  readonly clip?: number | undefined
  /** Batches whose gradients are averaged before the weights move; 1 by default. */
  readonly accumulate?: number | undefined
  /** Share of the past in an exponential moving average of the weights, which then is what was learnt; none by default. */
  readonly averageDecay?: number | undefined
  readonly labelSmoothing?: number | undefined
  /** Weight of each class in the loss, in label order. */
  readonly classWeights?: readonly number[] | undefined
}

/** Everything a step changes: who puts it back goes on with the same bits. */
export interface StepState {
  /** Weights, the optimiser's slots, moving averages, running statistics. */
  readonly tensors: Tensors
  /** Steps since the optimiser's state began. */
  readonly steps: number
  /** Steps that drew random numbers. */
  readonly drawn: number
}

/** A tensor of uniform random numbers in [0, 1) that one training step needs. */
export interface Noise {
  readonly name: string
  readonly shape: readonly number[]
}

export interface StepRunnerOptions extends DeviceOptions {
  /** Stops the opening, which takes seconds for a large network. */
  readonly signal?: AbortSignal | undefined
  readonly step: TrainingStep
  /** What parameters and carried values start with. */
  readonly weights: Tensors
  /** Uniform numbers in [0, 1) that every step needs. */
  readonly noise: readonly Noise[]
  readonly random: RandomStream
  /** Steps that drew random numbers before. */
  readonly drawn?: number | undefined
}

/** The optimiser of a parameter: vectors (biases, norms) do not decay unless asked to. */
export function optimizerFor(
  { optimizer, weightDecay, decayNorms = false }: StepSettings,
  shape: readonly number[],
): Optimizer {
  if (shape.length < 2 && !decayNorms) return optimizer.withDecay(0)
  return weightDecay === undefined ? optimizer : optimizer.withDecay(weightDecay)
}

/**
 * A training step at work: its session and the tensors it carries on. Two sets of buffers take turns, because a tensor
 * must not be read and written in the same run.
 */
export class StepRunner implements Restorable<StepState> {
  private steps = 0
  private drawnSteps: number
  private random: RandomStream

  private constructor(
    private readonly options: StepRunnerOptions,
    private readonly session: Session,
    private held: Held,
    private spare: Held,
  ) {
    this.drawnSteps = options.drawn ?? 0
    this.random = options.random
  }

  static async open(options: StepRunnerOptions): Promise<StepRunner> {
    const { step } = options
    const current = initial(options)
    const spare = new Map(Array.from(current, ([name, { shape }]) => [name, zeros(shape)]))
    const { device, threads, strict, notice, signal } = options
    const session = await Session.open(model(await runnable(step.graph, options)), {
      device,
      threads,
      strict,
      notice,
      signal,
      into: true,
    })
    return new StepRunner(options, session, heldIn(current), heldIn(spare))
  }

  /** Starts anew with other weights: the optimiser forgets, and random numbers come from another stream. */
  begin(weights: Tensors, random: RandomStream): void {
    this.restore({ tensors: initial({ ...this.options, weights }), steps: 0, drawn: 0 })
    this.random = random
    this.drawnSteps = 0
  }

  /** Steps that drew random numbers so far. */
  get drawn(): number {
    return this.drawnSteps
  }

  /** One step over further inputs; the loss before it. */
  async step(inputs: Readonly<Record<string, Tensor>>): Promise<number> {
    const { noise } = this.options
    this.steps++
    this.drawnSteps++
    const feeds: Record<string, Tensor> = { ...this.held.feeds, ...inputs, step: scalar(this.steps) }
    for (const { name, shape } of noise)
      feeds[name] = float32(
        this.random.fork('noise', name, this.drawnSteps).fillUniform(new Float32Array(sizeOf(shape))),
        shape,
      )
    const loss = zeros([])
    await this.session.runInto(feeds, { ...this.spare.fetches, loss })
    ;[this.held, this.spare] = [this.spare, this.held]
    return loss.data[0]
  }

  /** Copies of some of the weights: their moving averages where they are kept. */
  weights(names: Iterable<string>): Map<string, Tensor<'float32'>> {
    const { averages } = this.options.step
    const found = new Map<string, Tensor<'float32'>>()
    for (const name of names) {
      const tensor = this.held.tensors.get(averages.get(name) ?? name)
      if (tensor) found.set(name, copy(tensor))
    }
    return found
  }

  current(): StepState {
    return { tensors: this.held.tensors, steps: this.steps, drawn: this.drawnSteps }
  }

  snapshot(): StepState {
    return { tensors: copied(this.held.tensors), steps: this.steps, drawn: this.drawnSteps }
  }

  /** Puts a snapshot back. Random numbers drawn since are not drawn again. */
  restore({ tensors, steps, drawn }: StepState): void {
    for (const [name, { data }] of tensors) this.held.tensors.get(name)?.data.set(data)
    this.steps = steps
    this.drawnSteps = Math.max(this.drawnSteps, drawn)
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}

/** What is carried on, by its own name, as a step reads it, and as the step before writes it. */
interface Held {
  readonly tensors: Tensors
  readonly feeds: Readonly<Record<string, Tensor>>
  readonly fetches: Readonly<Record<string, Tensor>>
}

/** There are hundreds of tensors, so the objects that name them are not made anew for every step. */
function heldIn(tensors: Tensors): Held {
  const written = Array.from(tensors, ([name, tensor]) => [nextName(name), tensor] as const)
  return { tensors, feeds: Object.fromEntries(tensors), fetches: Object.fromEntries(written) }
}

/** What the first step starts from. */
function initial({ step, weights }: Pick<StepRunnerOptions, 'step' | 'weights'>) {
  const tensors = copied(step.slots)
  for (const [name, tensor] of copied(weights)) if (step.state.includes(name)) tensors.set(name, tensor)
  for (const [parameter, average] of step.averages) {
    const start = weights.get(parameter)
    if (start) tensors.set(average, copy(start))
  }
  return tensors
}

function copy({ data, shape }: Tensor<'float32'>): Tensor<'float32'> {
  return float32(data.slice(), shape)
}

function copied(tensors: Tensors): Map<string, Tensor<'float32'>> {
  return new Map(Array.from(tensors, ([name, tensor]) => [name, copy(tensor)]))
}
