import { float32, int64 } from '../../core/index.js'
import type { GraphBuilder, Value } from '../../onnx/index.js'
import { FARTHEST, type KnownPhotos, NEIGHBOURS, STEEPNESS } from './known.js'

/** A length that no photo's features have; keeps those of nothing from being divided by zero. */
const shortest = 1e-12
/** `known` is smaller than the p-value by this, so that "at least 1 - coverage" decides alike whatever the rounding. */
const margin = 1e-6

/**
 * Adds `known` float32 [batch]: the conformal p-value of "this is a photo like those learnt from". At least a share
 * `coverage` of such photos has 1 - coverage or more; photos of other things have about 0.
 *
 * Vovk et al. 2005, "Algorithmic Learning in a Random World", with a nearest-neighbour score: Sun et al. 2022,
 * "Out-of-Distribution Detection with Deep Nearest Neighbors", and the highest probability beside it.
 *
 * @param features [batch, features]
 * @param probabilities [batch, classes]
 */
export function appendKnown(
  builder: GraphBuilder,
  features: Value,
  probabilities: Value,
  known: KnownPhotos,
): Value {
  const { near, sure, tail, scores, groups, groupOf } = known.calibration
  const row = (values: Float32Array) => builder.constant(float32(values, [1, values.length]))
  const reduce = (op: 'ReduceMean' | 'ReduceSum' | 'ReduceMax', x: Value) =>
    builder.op(op, [x, builder.constant(int64([1]))], { keepdims: 1 })
  const float = (x: Value) => builder.op('Cast', [x], { to: 'float32' })
  const one = builder.constant(float32([1], []))
  /** How many values of a row are not above, and the photo itself. */
  const rank = (x: Value, values: Float32Array) => {
    const isAbove = float(builder.op('GreaterOrEqual', [x, row(values)]))
    return builder.op('Add', [reduce('ReduceSum', isAbove), one])
  }
  const cosines = appendCosines(builder, features, known)
  const count = Math.min(NEIGHBOURS, known.scales.length)
  const [nearest] = builder.ops('TopK', [cosines, builder.constant(int64([count]))], { axis: 1 }, 2)
  const nearness = reduce('ReduceMean', nearest)
  const a = rank(nearness, near)
  const cube = builder.op('Mul', [builder.op('Mul', [a, a]), a])
  const b = rank(reduce('ReduceMax', probabilities), sure)
  const familiar = builder.op('Mul', [builder.op('Mul', [cube, b]), appendTail(builder, nearness, tail)])
  const score = appendFall(builder, familiar, features, known)
  const taken = builder.op('ArgMax', [probabilities], { axis: 1, keepdims: 1 })
  const group = builder.op('Gather', [builder.constant(float32(groupOf)), taken])
  const isMember = float(builder.op('Equal', [group, row(groups)]))
  const isBelow = float(builder.op('GreaterOrEqual', [score, row(scores)]))
  const below = builder.op('Add', [reduce('ReduceSum', builder.op('Mul', [isMember, isBelow])), one])
  const all = builder.op('Add', [reduce('ReduceSum', isMember), one])
  const p = builder.op('Sub', [builder.op('Div', [below, all]), builder.constant(float32([margin], []))])
  return builder.op('Reshape', [p, builder.constant(int64([-1]))])
}

/** The score of photos that are like those of other things: less and less. */
function appendFall(
  builder: GraphBuilder,
  score: Value,
  features: Value,
  { background }: Pick<KnownPhotos, 'background'>,
): Value {
  if (background === undefined) return score
  const { weight, bias, tail } = background
  const odds = builder.op(
    'Gemm',
    [
      features,
      builder.initializer('known.background.weight', float32(weight, [1, weight.length])),
      builder.initializer('known.background.bias', float32([bias], [1])),
    ],
    { transB: 1 },
  )
  return builder.op('Mul', [score, appendTail(builder, odds, tail)])
}

/** What the score of nearness below a quantile is multiplied by: less and less. */
function appendTail(
  builder: GraphBuilder,
  nearness: Value,
  [from, way]: KnownPhotos['calibration']['tail'],
): Value {
  const number = (value: number) => builder.constant(float32([value], []))
  const below = builder.op('Div', [builder.op('Sub', [number(from), nearness]), number(way)])
  const depth = builder.op('Min', [builder.op('Relu', [below]), number(FARTHEST)])
  return builder.op('Exp', [builder.op('Mul', [depth, number(-STEEPNESS)])])
}

/** Cosines of features to each learnt photo, the mean over the blocks compared: float32 [batch, photos]. */
export function appendCosines(
  builder: GraphBuilder,
  features: Value,
  { blocks, rows, scales }: Pick<KnownPhotos, 'blocks' | 'rows' | 'scales'>,
): Value {
  const ints = (...values: number[]) => builder.constant(int64(values))
  const unit = (block: Value) => {
    const squares = builder.op('ReduceSum', [builder.op('Mul', [block, block]), ints(1)], { keepdims: 1 })
    const least = builder.constant(float32([shortest], []))
    return builder.op('Div', [block, builder.op('Max', [builder.op('Sqrt', [squares]), least])])
  }
  const units = blocks.map(({ from, to }) =>
    unit(builder.op('Slice', [features, ints(from), ints(to), ints(1)])),
  )
  const whole = units.length === 1 ? units[0] : builder.op('Concat', units, { axis: 1 })
  const learnt = builder.op('Cast', [builder.initializer('known.photos', rows)], { to: 'float32' })
  const products = builder.op('Gemm', [whole, learnt], { transB: 1 })
  return builder.op('Mul', [
    products,
    builder.initializer('known.scales', float32(scales, [1, scales.length])),
  ])
}
