import type { Dim } from '../graph.js'
import { axisOf } from './dims.js'
import {
  float,
  type InferContext,
  int,
  type Operator,
  type Outcome,
  operator,
  optional,
  string,
} from './spec.js'

const resizeAttributes = {
  antialias: int(0),
  axes: optional('ints'),
  coordinate_transformation_mode: string('half_pixel'),
  cubic_coeff_a: float(-0.75),
  exclude_outside: int(0),
  extrapolation_value: float(0),
  keep_aspect_ratio_policy: string('stretch'),
  mode: string('nearest'),
  nearest_mode: string('round_prefer_floor'),
}

/** Sizes if given, or dimensions times scales, rounded down. */
function resize(context: InferContext<typeof resizeAttributes>): Outcome[] {
  const x = context.shape(0)
  if (!x) return [undefined]
  const axes = (context.attributes.axes ?? [...x.keys()]).map(axis => axisOf(context, axis, x.length))
  const scaleInput = context.opset < 11 ? 1 : 2
  const sizes = context.known(3)?.elements
  const scales = scalesOf(context, scaleInput)
  const stretched = context.attributes.keep_aspect_ratio_policy === 'stretch'
  const out: Dim[] = [...x]
  for (const [i, axis] of axes.entries()) {
    const size = sizes ? (stretched ? sizes[i] : undefined) : scaled(x[axis], scales?.[i])
    out[axis] = size ?? context.unknown(axis)
  }
  return [out]
}

function upsample(context: InferContext): Outcome[] {
  const scales = scalesOf(context, 1)
  return [context.shape(0)?.map((dim, axis) => scaled(dim, scales?.[axis]) ?? context.unknown(axis))]
}

function scaled(size: Dim, scale: number | undefined): Dim | undefined {
  if (scale === 1) return size
  return typeof size === 'number' && scale !== undefined ? Math.floor(Math.fround(size * scale)) : undefined
}

/** Scales as they are, or as the graph computes them from sizes that are known. */
function scalesOf(context: InferContext, input: number): readonly (number | undefined)[] | undefined {
  const tensor = context.constant(input)
  if (tensor?.dtype === 'float32') return tensor.data.length > 0 ? [...tensor.data] : undefined
  const elements = context.known(input)?.elements ?? []
  if (elements.length === 0) return undefined
  return elements.map(scale => (typeof scale === 'number' ? Math.fround(scale) : undefined))
}

export const resizing = {
  /** Ended with operator set 9; Resize is its successor. */
  Upsample: operator('X:T scales@9:float32', 'Y:T', { mode: string('nearest') }, upsample, {
    until: 10,
    others: { scales: { kind: 'floats', until: 9 } },
  }),
  Resize: operator('X:T roi?:F scales?:float32 sizes?:int64', 'Y:T', resizeAttributes, resize),
} satisfies Record<string, Operator>
