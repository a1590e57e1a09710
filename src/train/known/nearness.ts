import { float32, int64 } from '../../core/index.js'
import type { GraphBuilder, Value } from '../../onnx/index.js'
import { type KnownPhotos, NEIGHBOURS } from './known.js'

/** A length that no photo's features have; keeps those of nothing from being divided by zero. */
const shortest = 1e-12
/** No two photos lie in one direction so exactly that less of a length than its square root is left. */
const leastSquare = 1e-6
/**
 * Share of what all photos have in common that is taken away for the second look: with many classes it drowns what sets
 * one kind apart, and all of it taken away, drawings seem near again (docs/decisions/0067-neither.md).
 */
const common = 0.75

type Compared = Pick<KnownPhotos, 'blocks' | 'rows' | 'scales'>

/** How alike features are to each learnt photo's, float32 [batch, photos]: as they are, and without what all have in common. */
export interface Cosines {
  readonly cosines: Value
  readonly centred: Value
}

export function appendLikeness(builder: GraphBuilder, features: Value, compared: Compared): Cosines {
  const cosines = appendCosines(builder, features, compared)
  return { cosines, centred: appendCentred(builder, cosines, compared) }
}

/** Mean of the largest of each row: float32 [batch, 1]. */
export function appendNearest(builder: GraphBuilder, likeness: Value, { scales }: Compared): Value {
  const count = builder.constant(int64([Math.min(NEIGHBOURS, scales.length)]))
  const [nearest] = builder.ops('TopK', [likeness, count], { axis: 1 }, 2)
  return builder.op('ReduceMean', [nearest, builder.constant(int64([1]))], { keepdims: 1 })
}

/** Cosines of features to each learnt photo, the mean over the blocks compared. */
function appendCosines(builder: GraphBuilder, features: Value, { blocks, rows, scales }: Compared): Value {
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

/**
 * Cosines between features u and learnt ones t, all of length 1, less a share s of the mean m of those learnt:
 * `(u - s m) . (t - s m) = u.t - s u.m - s t.m + s² m.m`, over both lengths. `u.m` is the mean of the cosines `u.t`, so
 * nothing but the cosines is needed.
 */
function appendCentred(builder: GraphBuilder, cosines: Value, compared: Compared): Value {
  const { toMean, square } = meanOf(compared)
  const number = (value: number) => builder.constant(float32([value], []))
  const row = (value: (toMean: number) => number) =>
    builder.constant(float32(Float32Array.from(toMean, value), [1, toMean.length]))
  const own = builder.op('ReduceMean', [cosines, builder.constant(int64([1]))], { keepdims: 1 })
  const less = builder.op('Sub', [cosines, builder.op('Mul', [own, number(common)])])
  const products = builder.op('Add', [less, row(one => common * (common * square - one))])
  const lengthOf = (one: number) => Math.sqrt(Math.max(leastSquare, 1 + common * (common * square - 2 * one)))
  const squares = builder.op('Sub', [
    number(1 + common * common * square),
    builder.op('Mul', [own, number(2 * common)]),
  ])
  const lengths = builder.op('Sqrt', [builder.op('Max', [squares, number(leastSquare)])])
  return builder.op('Div', [builder.op('Mul', [products, row(one => 1 / lengthOf(one))]), lengths])
}

/** Products of learnt photos, given length 1, with their mean, and of that with itself. */
function meanOf({ blocks, rows: { data, shape }, scales }: Compared): {
  toMean: Float64Array
  square: number
} {
  const [photos, width] = shape
  const mean = new Float64Array(width)
  for (let i = 0; i < photos; i++)
    for (let j = 0; j < width; j++) mean[j] += (data[i * width + j] * scales[i]) / photos
  // Each block has length 1 in features, and 1 over their number in what is kept.
  const toMean = Float64Array.from({ length: photos }, (_, i) => {
    let sum = 0
    for (let j = 0; j < width; j++) sum += data[i * width + j] * mean[j]
    return sum * scales[i] * blocks.length
  })
  return { toMean, square: toMean.reduce((sum, one) => sum + one, 0) / photos }
}
