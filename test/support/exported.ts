import { readFileSync } from 'node:fs'
import { trainBatchNorm } from '../../src/autodiff/index.js'
import { float32, type Tensor } from '../../src/core/index.js'
import { bindDims, type Graph, readModel, upgradeModel, type Value } from '../../src/onnx/index.js'
import { readFixture } from './stored.js'

const folder = new URL('../fixtures/exported/', import.meta.url)

/** Files that scripts/fixtures/exported.py writes: networks of three families by two exporters of PyTorch. */
export const exportedNames = [
  'residual-torchscript',
  'residual-training-torchscript',
  'squeeze-excite-dynamo',
  'transformer-dynamo',
  'transformer-opset-23-dynamo',
  'transformer-torchscript',
] as const

interface StoredExport {
  readonly shape: number[]
  readonly image: number[]
  readonly labels: number[]
  readonly classes: number
  readonly loss: number
  readonly floor: number
  readonly parameters: { value: Value; parameter: string; shape: number[]; offset: number }[]
  /** Running statistics after the batch, by buffer name; empty in evaluation mode. */
  readonly statistics: Record<string, number[]>
}

export interface Exported {
  /** Input `image`, output `logits`; of fixed batch. Batch norm in training mode is ours. */
  readonly graph: Graph
  readonly carried: ReadonlyMap<Value, Value>
  readonly stored: StoredExport
  readonly image: Tensor<'float32'>
  /** One-hot. */
  readonly targets: Tensor<'float32'>
  /** The exact gradients of all weights, by initializer. */
  readonly grads: ReadonlyMap<Value, Float32Array>
}

/** Reads one of the files and what PyTorch says of it. */
export function readExported(name: string): Exported {
  const stored = readFixture<StoredExport>(new URL(`${name}.json`, folder))
  const bytes = Uint8Array.from(readFileSync(new URL(`${name}.grads.bin`, folder)))
  const numbers = new Float32Array(bytes.buffer)
  const model = upgradeModel(readModel(readFileSync(new URL(`${name}.onnx`, folder)), name))
  const { graph, carried } = trainBatchNorm(bindDims(model.graph, { image: stored.shape }), [])
  const { labels, classes } = stored
  const targets = float32(new Float32Array(labels.length * classes), [labels.length, classes])
  for (const [row, label] of labels.entries()) targets.data[row * classes + label] = 1
  const grads = stored.parameters.map(({ value, shape, offset }): [Value, Float32Array] => [
    value,
    numbers.subarray(offset, offset + shape.reduce((a, b) => a * b, 1)),
  ])
  return {
    graph,
    carried,
    stored,
    image: float32(stored.image, stored.shape),
    targets,
    grads: new Map(grads),
  }
}

/** The graph with some of its weights as inputs. */
export function withInputs(graph: Graph, names: Iterable<Value>): Graph {
  const inputs = new Map(graph.inputs)
  const initializers = new Map(graph.initializers)
  for (const name of names) {
    const tensor = initializers.get(name)
    if (!tensor) throw new Error(`${graph.name} has no weight ${name}`)
    inputs.set(name, { dtype: tensor.dtype, shape: tensor.shape })
    initializers.delete(name)
  }
  return { ...graph, inputs, initializers }
}
