import { float32, type RandomStream, scalar, type Tensor, uint8 } from '../../core/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import type { HeadWeights } from '../heads/index.js'
import type { Restorable } from '../loop/index.js'
import { StepRunner, type StepState, type Tensors } from '../steps/index.js'
import { keptInput, pixelsInput } from './body.js'
import { headName } from './groups.js'
import { type NetworkStepOptions, networkStep, rateName, stateShape } from './step-graph.js'

export interface NetworkTrainerOptions extends NetworkStepOptions, DeviceOptions {
  /** Stops the opening, which takes seconds for a large network. */
  readonly signal?: AbortSignal | undefined
  /** What the head knows already. */
  readonly weights: HeadWeights
  /** Every step's dropout comes from it. */
  readonly random: RandomStream
  /** Steps that drew dropout before. */
  readonly drawn?: number | undefined
}

/** Views of photos, bytes [batch, size, size, 3], and their target probabilities [batch, classes]. */
export interface NetworkBatch {
  readonly pixels: Uint8Array
  readonly targets: Float32Array
}

/** The same, where the network is cut: what was kept of views, [batch, width]. */
export interface KeptBatch {
  readonly kept: Float32Array
  readonly targets: Float32Array
}

/** What a network has learnt: the trunk's weights and statistics that changed, by their own names, and the whole head. */
export interface NetworkWeights {
  readonly trunk: Tensors
  readonly head: HeadWeights
}

/** A whole network in training, or the last groups of it. */
export class NetworkTrainer implements Restorable<StepState> {
  private constructor(
    private readonly options: NetworkTrainerOptions,
    /** What of the trunk learns, as it is before. */
    private readonly trunk: Tensors,
    private readonly runner: StepRunner,
  ) {}

  /** Throws `model` where something cannot be differentiated, naming it. */
  static async open(options: NetworkTrainerOptions): Promise<NetworkTrainer> {
    const { step, noise, trunk } = networkStep(options)
    const weights = joined(trunk, options.weights)
    const runner = await StepRunner.open({ ...options, step, noise, weights })
    return new NetworkTrainer(options, trunk, runner)
  }

  /** Starts anew: with this head, other random numbers, and the trunk given, or as it was at first. */
  begin({ trunk, head }: Pick<NetworkWeights, 'head'> & Partial<NetworkWeights>, random: RandomStream): void {
    this.runner.begin(joined(new Map([...this.trunk, ...(trunk ?? [])]), head), random)
  }

  /** One optimiser step, with a rate for each group that learns; the loss before it. */
  async step(batch: NetworkBatch | KeptBatch, rates: readonly number[]): Promise<number> {
    const { batchSize, size, head, groups } = this.options
    const inputs: Record<string, Tensor> = {
      targets: float32(batch.targets, [batchSize, head.classes]),
    }
    if ('kept' in batch) inputs[keptInput] = float32(batch.kept, [batchSize, batch.kept.length / batchSize])
    else inputs[pixelsInput] = uint8(batch.pixels, [batchSize, size, size, 3])
    for (const [g, { name }] of groups.entries()) inputs[rateName(name)] = scalar(rates[g])
    return this.runner.step(inputs)
  }

  /** Copies of what has been learnt: moving averages where they are kept. */
  weights(): NetworkWeights {
    const { parameters, statistics } = this.options.head
    const names = [...parameters, ...statistics].map(({ name }) => name)
    const head = this.runner.weights(names.map(headName))
    const trunk = this.runner.weights(this.trunk.keys())
    return {
      trunk: new Map(
        Array.from(trunk, ([name, { data, shape }]) => [
          name,
          float32(data, this.trunk.get(name)?.shape ?? shape),
        ]),
      ),
      head: new Map(
        names.flatMap(name => {
          const tensor = head.get(headName(name))
          return tensor ? [[name, tensor]] : []
        }),
      ),
    }
  }

  /** Everything that is needed to go on later with the same bits. */
  snapshot(): StepState {
    return this.runner.snapshot()
  }

  current(): StepState {
    return this.runner.current()
  }

  restore(state: StepState): void {
    this.runner.restore(state)
  }

  async close(): Promise<void> {
    await this.runner.close()
  }
}

/** The weights of trunk and head, as the step calls them. */
function joined(trunk: Tensors, head: HeadWeights): Tensors {
  return new Map([
    ...Array.from(trunk, ([name, { data, shape }]) => [name, float32(data, stateShape(shape))] as const),
    ...Array.from(head, ([name, tensor]) => [headName(name), tensor] as const),
  ])
}
