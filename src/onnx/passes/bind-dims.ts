import { argumentError } from '../../core/index.js'
import type { Dim, Graph, Value, ValueType } from '../graph.js'
import { inferTypes } from '../infer.js'

/**
 * The graph for inputs of the shapes given, in which a named dimension has become a number wherever the inputs say
 * which, and types are inferred again. A shape may also differ from numbers that the graph declares (a file exported
 * for one photo): what is declared of the values inside is then dropped, and inferred from the new shape alone.
 *
 * @param shapes by input; inputs not among them stay as they are.
 * @throws ChiquitoError `usage` for an input that the graph does not have, another rank, or one name that would be two
 *   numbers; `model`, naming the node, where nodes cannot take these shapes.
 */
export function bindDims(graph: Graph, shapes: Readonly<Record<string, readonly Dim[]>>): Graph {
  const bound = new Map<string, Dim>()
  const inputs = new Map(graph.inputs)
  let isReshaped = false
  for (const [input, shape] of Object.entries(shapes)) {
    const declared = graph.inputs.get(input)
    if (!declared) throw argumentError('input', `one of ${[...graph.inputs.keys()].join(', ')}`, input)
    const dims = declared.shape ?? shape
    if (dims.length !== shape.length)
      throw argumentError(`the shape of ${input}`, `of rank ${dims.length}`, shape)
    for (const [axis, dim] of dims.entries()) {
      if (typeof dim === 'string') bind(bound, dim, shape[axis])
      else if (dim !== shape[axis]) isReshaped = true
    }
    inputs.set(input, { dtype: declared.dtype, shape: [...shape] })
  }
  const replace = ({ dtype, shape }: ValueType): ValueType => ({
    dtype,
    shape: isReshaped ? undefined : shape?.map(dim => bound.get(String(dim)) ?? dim),
  })
  const all = (types: ReadonlyMap<Value, ValueType>) =>
    new Map(Array.from(types, ([value, type]): [Value, ValueType] => [value, replace(type)]))
  const others = new Map([...inputs].filter(([input]) => !Object.hasOwn(shapes, input)))
  return inferTypes({
    ...graph,
    inputs: new Map([...inputs, ...(isReshaped ? [] : all(others))]),
    outputs: all(graph.outputs),
    types: all(graph.types),
  })
}

function bind(bound: Map<string, Dim>, name: string, dim: Dim): void {
  const before = bound.get(name)
  if (before !== undefined && before !== dim)
    throw argumentError(`dimension ${name}`, `the same everywhere, ${before}`, dim)
  bound.set(name, dim)
}
