import * as ort from 'onnxruntime-node'
import { expandComposites } from '../../src/autodiff/index.js'
import type { Tensor } from '../../src/core/index.js'
import { type Graph, model, writeModel } from '../../src/onnx/index.js'

type Tensors = Readonly<Record<string, Tensor>>

const sessions = new WeakMap<Graph, Promise<ort.InferenceSession>>()

/** Runs a graph once on the CPU, for tests: the plain runtime, one thread, no settings of ours. */
export async function evaluateGraph(graph: Graph, feeds: Tensors): Promise<Record<string, Tensor>> {
  const opened = sessions.get(graph) ?? open(graph)
  sessions.set(graph, opened)
  const session = await opened
  const given = session.inputNames.map(name => [name, toRuntime(feeds[name], name)] as const)
  const results = await session.run(Object.fromEntries(given))
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromRuntime(tensor)]))
}

function open(graph: Graph): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(writeModel(model(expandComposites(graph))), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
}

function toRuntime(tensor: Tensor | undefined, name: string): ort.Tensor {
  if (!tensor) throw new Error(`no value for input ${name}`)
  switch (tensor.dtype) {
    case 'float32':
      return new ort.Tensor('float32', tensor.data, tensor.shape)
    case 'float64':
      return new ort.Tensor('float64', tensor.data, tensor.shape)
    case 'int64':
      return new ort.Tensor('int64', tensor.data, tensor.shape)
    case 'bool':
      return new ort.Tensor('bool', tensor.data, tensor.shape)
    default:
      throw new Error(`input ${name}: the test runtime does not take ${tensor.dtype}`)
  }
}

function fromRuntime(tensor: ort.Tensor): Tensor {
  const { dims: shape, data, type } = tensor
  if (type === 'float32' && data instanceof Float32Array) return { dtype: 'float32', shape, data }
  if (type === 'float64' && data instanceof Float64Array) return { dtype: 'float64', shape, data }
  if (type === 'int64' && data instanceof BigInt64Array) return { dtype: 'int64', shape, data }
  if (type === 'bool' && data instanceof Uint8Array) return { dtype: 'bool', shape, data }
  throw new Error(`the test runtime does not return ${type}`)
}
