import { float32, int64 } from '../../core/index.js'
import type { GraphBuilder, Value } from '../../onnx/index.js'
import { FARTHEST, type KnownPhotos, STEEPNESS } from './known.js'
import { appendLikeness, appendNearest } from './nearness.js'

/** `known` is smaller than the p-value by this, so that "at least 1 - coverage" decides alike whatever the rounding. */
const margin = 1e-6

/**
 * Adds `known` float32 [batch]: the conformal p-value of "this is a photo like those learnt from". At least a share
 * `coverage` of such photos has 1 - coverage or more; photos of other things have about 0.
 *
 * Vovk et al. 2005, "Algorithmic Learning in a Random World", with a nearest-neighbour score: Sun et al. 2022,
 * "Out-of-Distribution Detection with Deep Nearest Neighbors", and the highest probability beside it.
 *
 * @param features [batch, features] of the classifier, or of its layers before they were tuned
 * @param probabilities [batch, classes]
 */
export function appendKnown(
  builder: GraphBuilder,
  features: Value,
  probabilities: Value,
  known: KnownPhotos,
): Value {
  const { scores, groups, groupOf } = known.calibration
  const { row, float, reduce, one } = pieces(builder)
  const score = appendFamiliarity(builder, features, probabilities, known)
  const taken = builder.op('ArgMax', [probabilities], { axis: 1, keepdims: 1 })
  // Shaped once more, as OpenCV 4 takes a list for a matrix of one row.
  const group = builder.op('Reshape', [
    builder.op('Gather', [builder.constant(float32(groupOf)), taken]),
    builder.constant(int64([-1, 1])),
  ])
  const isMember = float(builder.op('Equal', [group, row(groups)]))
  const isBelow = float(builder.op('GreaterOrEqual', [score, row(scores)]))
  const below = builder.op('Add', [reduce('ReduceSum', builder.op('Mul', [isMember, isBelow])), one])
  const all = builder.op('Add', [reduce('ReduceSum', isMember), one])
  const p = builder.op('Sub', [builder.op('Div', [below, all]), builder.constant(float32([margin], []))])
  return builder.op('Reshape', [p, builder.constant(int64([-1]))])
}

/** Adds the score that `known` ranks, float32 [batch, 1]: higher is more familiar (docs/decisions/0079). */
export function appendFamiliarity(
  builder: GraphBuilder,
  features: Value,
  probabilities: Value,
  known: KnownPhotos,
): Value {
  const { row, float, reduce, one } = pieces(builder)
  /** How many values of a row are not above, and the photo itself. */
  const rank = (x: Value, values: Float32Array) => {
    const isAbove = float(builder.op('GreaterOrEqual', [x, row(values)]))
    return builder.op('Add', [reduce('ReduceSum', isAbove), one])
  }
  const b = rank(reduce('ReduceMax', probabilities), known.calibration.sure)
  const nearness = appendNearness(builder, features, known, rank)
  const familiar = builder.op('Mul', [builder.op('Mul', [nearness.ranks, b]), nearness.tails])
  return appendFall(builder, familiar, features, known)
}

function pieces(builder: GraphBuilder) {
  return {
    row: (values: Float32Array) => builder.constant(float32(values, [1, values.length])),
    reduce: (op: 'ReduceSum' | 'ReduceMax', x: Value) =>
      builder.op(op, [x, builder.constant(int64([1]))], { keepdims: 1 }),
    float: (x: Value) => builder.op('Cast', [x], { to: 'float32' }),
    one: builder.constant(float32([1], [])),
  }
}

/** Both ranks of nearness, the first squared, and what the score is multiplied by for what lies far out. */
function appendNearness(
  builder: GraphBuilder,
  features: Value,
  known: KnownPhotos,
  rank: (x: Value, values: Float32Array) => Value,
): { ranks: Value; tails: Value } {
  const { near, tail, centred, centredTail } = known.calibration
  const likeness = appendLikeness(builder, features, known)
  const first = appendNearest(builder, likeness.cosines, known)
  const second = appendNearest(builder, likeness.centred, known)
  const a = rank(first, near)
  const tails = [appendTail(builder, first, tail), appendTail(builder, second, centredTail)]
  return {
    ranks: builder.op('Mul', [builder.op('Mul', [a, a]), rank(second, centred)]),
    tails: builder.op('Mul', tails),
  }
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
