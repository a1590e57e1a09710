import { axisOf } from './dims.js'
import {
  float,
  type InferContext,
  int,
  ints,
  type Operator,
  type Outcome,
  operator,
  required,
  type Shape,
} from './spec.js'

const one = (context: InferContext): Outcome[] => [context.shape(0)]

function perChannel(context: InferContext, input: number, name: string, x: Shape): void {
  const given = context.shape(input)
  if (
    given &&
    (given.length !== 1 || (typeof given[0] === 'number' && typeof x[1] === 'number' && given[0] !== x[1]))
  )
    context.fail(`${name} must be [${x[1]}] for an input [${x.join(', ')}], but is [${given.join(', ')}]`)
}

export const normalization = {
  /** Y = scale (X - mean) / sqrt(var + epsilon) + B, per channel (axis 1). */
  BatchNormalization: operator(
    'X:F scale:F1 B:F1 input_mean:F2 input_var:F2',
    'Y:F running_mean?:F2 running_var?:F2 saved_mean?:F2 saved_var?:F2',
    { epsilon: float(1e-5), momentum: float(0.9), training_mode: int(0) },
    context => {
      const x = context.shape(0)
      if (x && x.length > 1)
        for (const [i, name] of ['scale', 'B', 'input_mean', 'input_var'].entries())
          perChannel(context, i + 1, name, x)
      const statistics = context.shape(3)
      return [x, statistics, statistics, statistics, statistics].slice(0, context.outputCount)
    },
    {
      others: {
        spatial: { kind: 'int', until: 9 },
        is_test: { kind: 'int', until: 7 },
        consumed_inputs: { kind: 'ints', until: 6 },
      },
    },
  ),
  InstanceNormalization: operator('input:F scale:F B:F', 'output:F', { epsilon: float(1e-5) }, one),
  LpNormalization: operator('input:F', 'output:F', { axis: int(-1), p: int(2) }, one),
  MeanVarianceNormalization: operator('X:F', 'Y:F', { axes: ints([0, 2, 3]) }, one),
  GroupNormalization: operator(
    'X:F scale:F bias:F',
    'Y:F',
    { epsilon: float(1e-5), num_groups: required('int'), stash_type: int(1) },
    one,
  ),
  LayerNormalization: operator(
    'X:F Scale:F B?:F',
    'Y:F Mean?:F1 InvStdDev?:F1',
    { axis: int(-1), epsilon: float(1e-5), stash_type: int(1) },
    context => {
      const x = context.shape(0)
      if (!x) return [undefined]
      const axis = axisOf(context, context.attributes.axis, x.length)
      const dims = x.map((dim, at) => (at < axis ? dim : 1))
      const statistics: Outcome = { dtype: 'float32', dims }
      return [x, statistics, statistics].slice(0, context.outputCount)
    },
  ),
} satisfies Record<string, Operator>
