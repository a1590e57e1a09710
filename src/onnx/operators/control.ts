import type { Dim, ValueType } from '../graph.js'
import { type InferContext, type Operator, type Outcome, operator, optional, required } from './spec.js'

const branches = { then_branch: required('graph'), else_branch: required('graph') }
const body = { body: required('graph') }
const scan = {
  ...body,
  num_scan_inputs: required('int'),
  scan_input_axes: optional('ints'),
  scan_input_directions: optional('ints'),
  scan_output_axes: optional('ints'),
  scan_output_directions: optional('ints'),
}

type Known = ValueType | undefined

/** What holds whichever branch is taken. */
function common(context: InferContext, a: Known, b: Known, output: number): Outcome {
  if (!a || !b || a.dtype !== b.dtype) return undefined
  const same = a.shape && b.shape && a.shape.length === b.shape.length
  const dims = same
    ? a.shape?.map((dim, axis) => (dim === b.shape?.[axis] ? dim : context.unknown(axis, output)))
    : undefined
  return { dtype: a.dtype, dims }
}

/** Results of each round, stacked. */
function stacked(context: InferContext, type: Known, count: Dim, output: number): Outcome {
  if (!type) return undefined
  const own = (dim: Dim, axis: number) => (typeof dim === 'number' ? dim : context.unknown(axis + 1, output))
  return { dtype: type.dtype, dims: type.shape && [count, ...type.shape.map(own)] }
}

function loop(context: InferContext<typeof body>): Outcome[] {
  const states = context.inputCount - 2
  // A state may change its shape from round to round, not its element type.
  const carried = Array.from({ length: states }, (_, i): Known => {
    const dtype = context.dtype(i + 2)
    return dtype && { dtype }
  })
  const results = context.subgraph(context.attributes.body, [
    { dtype: 'int64', shape: [] },
    { dtype: 'bool', shape: [] },
    ...carried,
  ])
  const after = results.slice(1, 1 + states).map((type): Outcome => type && { dtype: type.dtype })
  const rest = results.slice(1 + states)
  return [
    ...after,
    ...rest.map((type, i) => stacked(context, type, context.unknown(0, states + i), states + i)),
  ]
}

function scanned(context: InferContext<typeof scan>): Outcome[] {
  const states = context.inputCount - context.attributes.num_scan_inputs
  if (context.opset < 9 || states < 0) return []
  const own = Array.from({ length: states }, (_, i): Known => {
    const dtype = context.dtype(i)
    return dtype && { dtype, shape: context.shape(i) }
  })
  const results = context.subgraph(context.attributes.body, own)
  const rest = results.slice(states).map((type, i): Outcome => {
    // Where results are stacked on another axis than the first, only the element type is said.
    if (context.attributes.scan_output_axes) return type && { dtype: type.dtype }
    return stacked(context, type, context.unknown(0, states + i), states + i)
  })
  return [...own.map((type): Outcome => type && { dtype: type.dtype, dims: type.shape }), ...rest]
}

export const control = {
  If: operator('cond:bool', 'outputs*:any', branches, context => {
    const then = context.subgraph(context.attributes.then_branch)
    const other = context.subgraph(context.attributes.else_branch)
    if (then.length !== other.length || then.length !== context.outputCount)
      context.fail(
        `its branches give ${then.length} and ${other.length} results for ${context.outputCount} outputs`,
      )
    return then.map((type, i) => common(context, type, other[i], i))
  }),
  Loop: operator('M?:int64 cond?:bool v_initial*:any', 'v_final_and_scan_outputs*:any', body, loop),
  Scan: operator('initial_state_and_scan_inputs*:any', 'final_state_and_scan_outputs*:any', scan, scanned),
} satisfies Record<string, Operator>
