import type { Graph, Value, ValueType } from '../onnx/index.js'

/** The dimensions of a graph's value; undefined where they are not all known as numbers. */
export function knownShape(graph: Graph, value: Value): readonly number[] | undefined {
  const { shape } = declared(graph, value) ?? {}
  const dims = shape?.filter(dim => typeof dim === 'number')
  return dims?.length === shape?.length ? dims : undefined
}

/** The same of a value in float32; undefined for others. */
export function floatShape(graph: Graph, value: Value): readonly number[] | undefined {
  return declared(graph, value)?.dtype === 'float32' ? knownShape(graph, value) : undefined
}

function declared({ types, outputs, inputs, initializers }: Graph, value: Value): ValueType | undefined {
  return types.get(value) ?? outputs.get(value) ?? inputs.get(value) ?? initializers.get(value)
}
