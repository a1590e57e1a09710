import {
  crossEntropy,
  nextName,
  sgd,
  type TrainingStep,
  trainBatchNorm,
  trainingStep,
} from '../../src/autodiff/index.js'
import type { Backbone } from '../../src/backbones/index.js'
import { asFloat32, float32, int64, scalar, type Tensor, zeros } from '../../src/core/index.js'
import { Session } from '../../src/engine/index.js'
import { lowerGraph } from '../../src/lowering/index.js'
import { foldBatchNorm, type Graph, GraphBuilder, model, type Value } from '../../src/onnx/index.js'
import { stateShape } from '../../src/train/network/index.js'

export const classes = 2
/** Learning rate and momentum of both sides. */
const rate = 1e-3
const momentum = 0.9
/** Number of the first of the last six blocks of EfficientNet-Lite0. */
const firstOfLast = 10

/** What of a network learns: everything, its last six blocks and what follows, or everything with batch norm in training mode. */
export type Trained = 'all' | 'last' | 'batch-norm'

export interface NetworkOptions {
  readonly backbone: Backbone
  readonly trained: Trained
  readonly batch: number
  /** Side of the photos, in pixels. */
  readonly size: number
  /** Weights as inputs in the shape that training carries them in. */
  readonly carriedShapes?: boolean | undefined
}

export interface NetworkStepOptions extends NetworkOptions {
  /** Only ONNX's own operators, as on a machine without fast ones. */
  readonly plain: boolean
  readonly threads: number
}

/** A network with a linear head of two classes and its loss, what learns of it as inputs. */
export interface NetworkLoss {
  /** Further inputs: `image` float32 [batch, 3, size, size], `targets` float32 [batch, classes]. */
  readonly builder: GraphBuilder
  readonly loss: Value
  /** What learns, by its input's name. */
  readonly weights: ReadonlyMap<Value, Tensor<'float32'>>
  /** Running statistics with their next values. */
  readonly carried: ReadonlyMap<Value, Value>
}

/** Training steps over a whole network as both sides of a comparison take them: the same image, labels, head, rate. */
export class NetworkStep {
  private turn = 0

  private constructor(
    private readonly session: Session,
    private readonly turns: readonly Readonly<Record<'feeds' | 'fetches', Record<string, Tensor>>>[],
    private readonly loss: Tensor<'float32'>,
  ) {}

  static async open(options: NetworkStepOptions): Promise<NetworkStep> {
    const { step, weights } = stepOf(options)
    const { plain, threads } = options
    const session = await Session.open(model(await lowerGraph(step.graph, { plain })), {
      threads,
      into: true,
    })
    const loss = zeros([])
    // Copies: the steps write into them.
    const state = new Map(
      step.state.map(name => {
        const { data, shape } = weights.get(name) ?? step.slots.get(name) ?? missing(name)
        return [name, float32(data.slice(), shape)]
      }),
    )
    const spare = new Map(Array.from(state, ([name, { shape }]) => [name, zeros(shape)]))
    const given = { ...batchOf(options), rate: scalar(rate), step: scalar(1) }
    const turns = [
      { from: state, to: spare },
      { from: spare, to: state },
    ].map(({ from, to }) => ({
      feeds: { ...given, ...Object.fromEntries(from) },
      fetches: { loss, ...Object.fromEntries(Array.from(to, ([name, tensor]) => [nextName(name), tensor])) },
    }))
    return new NetworkStep(session, turns, loss)
  }

  /** The loss before the step. */
  async step(): Promise<number> {
    const { feeds, fetches } = this.turns[this.turn]
    await this.session.runInto(feeds, fetches)
    this.turn = 1 - this.turn
    return this.loss.data[0]
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}

/** The loss of a network, ready to be differentiated. */
export function networkLoss(options: NetworkOptions): NetworkLoss {
  const { builder, logits, ...rest } = networkLogits(options)
  const targets = builder.input('targets', 'float32', [options.batch, classes])
  return { ...rest, builder, loss: crossEntropy(builder, logits, targets) }
}

/** A network with a linear head of two classes, what learns of it as inputs. */
export function networkLogits({
  backbone,
  trained,
  batch,
  size,
  carriedShapes = false,
}: NetworkOptions): Omit<NetworkLoss, 'loss'> & { readonly logits: Value } {
  const { name: layer, channels } = backbone.layers[backbone.layers.length - 1]
  const network = backbone.network({ size, batch, layers: [layer] })
  const norms =
    trained === 'batch-norm' ? trainBatchNorm(network) : { graph: foldBatchNorm(network), carried: new Map() }
  const names = backbone.groups
    .flatMap(group => group.parameters)
    .filter(name => network.initializers.has(name) && (trained !== 'last' || isLast(name)))
  const inputs = new Map(
    [...names, ...norms.carried.keys()].map(name => [name, asFloat32(network.initializers.get(name), name)]),
  )
  const builder = new GraphBuilder('step')
  const image = builder.input('image', 'float32', [batch, 3, size, size])
  const own = new Map([
    ['fc.weight', headWeight(channels)],
    ['fc.bias', zeros([classes])],
  ])
  const weights = new Map(
    Array.from([...inputs, ...own], ([name, { data, shape }]) => [
      name,
      float32(data, carriedShapes ? stateShape(shape) : shape),
    ]),
  )
  for (const [name, { shape }] of weights) builder.input(name, 'float32', shape)
  const bound = new Map([['image', image]])
  for (const [name, { shape }] of inputs) {
    const isSame = weights.get(name)?.shape.length === shape.length
    bound.set(name, isSame ? name : builder.op('Reshape', [name, builder.constant(int64(shape))]))
  }
  const outputs = builder.append(withInputs(norms.graph, inputs), bound)
  // Not GlobalAveragePool: some of those it is compared with do not know it.
  const axes = builder.constant(int64([2, 3]))
  const pooled = builder.op('ReduceMean', [outputs.get(layer), axes], { keepdims: 0 })
  const logits = builder.op('Gemm', [pooled, 'fc.weight', 'fc.bias'], { transB: 1 })
  return {
    builder,
    logits,
    weights,
    carried: new Map(
      Array.from(norms.carried, ([name, next]: [Value, Value]) => [name, outputs.get(next) ?? next]),
    ),
  }
}

function stepOf(options: NetworkStepOptions): {
  readonly step: TrainingStep
  readonly weights: NetworkLoss['weights']
} {
  const { builder, loss, weights, carried } = networkLoss({ ...options, carriedShapes: true })
  builder.input('rate', 'float32', [])
  const learning = [...weights.keys()].filter(name => !carried.has(name))
  const parameters = new Map(learning.map(name => [name, 'rate'] as const))
  return {
    step: trainingStep(builder, { loss, parameters, optimizer: sgd({ momentum }), carried }),
    weights,
  }
}

/** Image and targets by formulas that the other sides know, too: waves and noise. */
export function batchOf({ batch, size }: Pick<NetworkOptions, 'batch' | 'size'>): Record<string, Tensor> {
  const image = new Float32Array(batch * 3 * size * size)
  let at = 0
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) {
          const wave = Math.sin(0.013 * (i + 1) * (c + 1) + 0.021 * j + 1.7 * n)
          const noise = (((Math.imul(at, 2654435761) >>> 16) % 256) - 127.5) / 128
          image[at++] = 0.5 * wave + 0.5 * noise
        }
  const targets = Float32Array.from({ length: batch * classes }, (_, k) =>
    Math.floor(k / classes) % classes === k % classes ? 1 : 0,
  )
  return { image: float32(image, [batch, 3, size, size]), targets: float32(targets, [batch, classes]) }
}

function headWeight(features: number): Tensor<'float32'> {
  const values = Float32Array.from({ length: classes * features }, (_, i) => 0.02 * Math.sin(0.1 * i))
  return float32(values, [classes, features])
}

function isLast(name: string): boolean {
  const block = /^_blocks\.(\d+)\./.exec(name)
  return block ? Number(block[1]) >= firstOfLast : /^_(conv_head|bn1)\./.test(name)
}

/** The graph with some of its weights as inputs. */
function withInputs(graph: Graph, weights: ReadonlyMap<Value, Tensor>): Graph {
  const inputs = new Map(graph.inputs)
  for (const [name, { dtype, shape }] of weights) inputs.set(name, { dtype, shape })
  const initializers = new Map(Array.from(graph.initializers).filter(([name]) => !weights.has(name)))
  return { ...graph, inputs, initializers }
}

function missing(name: string): never {
  throw new Error(`the step carries ${name}, which has no first value`)
}
