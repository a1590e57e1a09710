import { float32, int64, scalar } from '../../core/index.js'
import type { ViewRule } from '../../images/index.js'
import { NEUTRAL } from '../../images/index.js'
import type { GraphBuilder, Value } from '../../onnx/index.js'

/** Where along one axis of a photo the squares of a view lie: square i covers [from + i · scale, from + (i + 1) · scale]. */
interface Axis {
  /** Pixels of the photo, once it is halved. */
  readonly length: Value
  readonly from: Value
  readonly scale: Value
  /** Squares that the photo fills and the first of them, where it does not fill all. */
  readonly filled?: { readonly first: Value; readonly count: Value } | undefined
}

/**
 * Appends what turns a photo of any size, `photo` float32 [batch, 3, height, width], into the view that a model was trained on, float32
 * [batch, 3, size, size], as `decode` and `renderView` do: a large photo halved as often as leaves it the size, then the mean of the area
 * that a pixel covers where it shrinks, linear between pixels where it grows. Two products with matrices of shares, so whoever runs
 * the graph need not resize at all.
 */
export function appendView(builder: GraphBuilder, photo: Value, { size, resize }: ViewRule): Value {
  const shape = builder.op('Shape', [photo])
  const lengthOf = (axis: number) =>
    builder.op('Cast', [builder.op('Gather', [shape, builder.constant(int64([axis], []))], { axis: 0 })], {
      to: 'float32',
    })
  const [height, width] = [lengthOf(2), lengthOf(3)]
  const factor = factorOf(builder, builder.op('Min', [height, width]), size)
  const [rowsLeft, columnsLeft] = [height, width].map(length => halvedLength(builder, length, factor))
  const halved = { height: rowsLeft, width: columnsLeft }
  const axes = [rowsLeft, columnsLeft].map(length => axisOf(builder, length, halved, { size, resize }))
  const [rows, columns] = [height, width].map((length, i) =>
    ofPhoto(builder, shares(builder, axes[i], size), length, axes[i].length),
  )
  const resized = builder.op('MatMul', [
    builder.op('MatMul', [rows, photo]),
    builder.op('Transpose', [columns], { perm: [1, 0] }),
  ])
  return resize === 'pad' ? filledUp(builder, resized, axes, size) : resized
}

/** The largest of 1, 2, 4 and 8 that leaves the short side its size. */
function factorOf(builder: GraphBuilder, short: Value, size: number): Value {
  const number = (value: number) => builder.constant(scalar(value))
  return [2, 4, 8]
    .map(factor => {
      const isEnough = builder.op('Greater', [short, number(factor * size - 0.5)])
      const adds = builder.op('Cast', [isEnough], { to: 'float32' })
      return builder.op('Mul', [adds, number(factor / 2)])
    })
    .reduce((sum, adds) => builder.op('Add', [sum, adds]), number(1))
}

/** Pixels that are left of so many. */
function halvedLength(builder: GraphBuilder, length: Value, factor: Value): Value {
  return builder.op('Ceil', [builder.op('Div', [length, factor])])
}

/**
 * Shares of halved pixels, [size, halved], as shares of the photo's own, [size, length]: a halved pixel is the mean of the area that it
 * covers, so a pixel of the photo is part of one of them or of two.
 */
function ofPhoto(builder: GraphBuilder, shares: Value, length: Value, halved: Value): Value {
  const number = (value: number) => builder.constant(scalar(value))
  const scale = builder.op('Div', [length, halved])
  const pixel = builder.op('Range', [number(0), length, number(1)])
  const first = builder.op('Floor', [builder.op('Div', [pixel, scale])])
  const second = builder.op('Add', [first, number(1)])
  const end = builder.op('Add', [pixel, number(1)])
  const beyond = builder.op('Relu', [builder.op('Sub', [end, builder.op('Mul', [second, scale])])])
  const part = (index: Value, covered: Value) => {
    const within = builder.op('Min', [index, builder.op('Sub', [halved, number(1)])])
    const taken = builder.op('Gather', [shares, builder.op('Cast', [within], { to: 'int64' })], { axis: 1 })
    return builder.op('Mul', [taken, builder.op('Div', [covered, scale])])
  }
  return builder.op('Add', [part(first, builder.op('Sub', [number(1), beyond])), part(second, beyond)])
}

function axisOf(
  builder: GraphBuilder,
  length: Value,
  { height, width }: { readonly height: Value; readonly width: Value },
  { size, resize }: ViewRule,
): Axis {
  const number = (value: number) => builder.constant(scalar(value))
  const half = (whole: Value) => builder.op('Floor', [builder.op('Mul', [whole, number(0.5)])])
  if (resize === 'squash')
    return { length, from: number(0), scale: builder.op('Div', [length, number(size)]) }
  if (resize === 'crop') {
    const side = builder.op('Min', [height, width])
    return {
      length,
      from: half(builder.op('Sub', [length, side])),
      scale: builder.op('Div', [side, number(size)]),
    }
  }
  const long = builder.op('Max', [height, width])
  const share = builder.op('Mul', [builder.op('Div', [length, long]), number(size)])
  const rounded = builder.op('Floor', [builder.op('Add', [share, number(0.5)])])
  const count = builder.op('Max', [rounded, number(1)])
  const first = half(builder.op('Sub', [number(size), count]))
  const scale = builder.op('Div', [length, count])
  const from = builder.op('Neg', [builder.op('Mul', [first, scale])])
  return { length, from, scale, filled: { first, count } }
}

/** How much each square takes of each pixel along an axis, [size, length]; a row sums to 1, or to 0 where it is not filled. */
function shares(builder: GraphBuilder, { length, from, scale, filled }: Axis, size: number): Value {
  const number = (value: number) => builder.constant(scalar(value))
  const add = (a: Value, b: Value) => builder.op('Add', [a, b])
  const less = (a: Value, b: Value) => builder.op('Sub', [a, b])
  const index = column(builder, size)
  const pixel = builder.op('Range', [number(0), length, number(1)])
  const low = add(from, builder.op('Mul', [index, scale]))
  const ends = builder.op('Min', [add(low, scale), add(pixel, number(1))])
  const covered = builder.op('Relu', [less(ends, builder.op('Max', [low, pixel]))])
  const area = builder.op('Div', [covered, scale])
  const middle = less(add(low, builder.op('Mul', [scale, number(0.5)])), number(0.5))
  const centre = builder.op('Max', [builder.op('Min', [middle, less(length, number(1))]), number(0)])
  const near = builder.op('Relu', [less(number(1), builder.op('Abs', [less(pixel, centre)]))])
  const isShrunk = builder.op('Greater', [scale, number(1)])
  const all = builder.op('Where', [isShrunk, area, near])
  return filled ? builder.op('Mul', [all, fills(builder, filled, size)]) : all
}

/** 1 for squares that the photo fills, else 0: [size, 1]. */
function fills(builder: GraphBuilder, { first, count }: NonNullable<Axis['filled']>, size: number): Value {
  const index = column(builder, size)
  const isAfter = builder.op('Greater', [index, builder.op('Sub', [first, builder.constant(scalar(0.5))])])
  const end = builder.op('Add', [first, count])
  const isBefore = builder.op('Less', [index, builder.op('Sub', [end, builder.constant(scalar(0.5))])])
  return builder.op('Cast', [builder.op('And', [isAfter, isBefore])], { to: 'float32' })
}

/** What a photo leaves empty gets the neutral colour. */
function filledUp(builder: GraphBuilder, resized: Value, axes: readonly Axis[], size: number): Value {
  const [rows, columns] = axes.map(({ filled }) =>
    filled ? fills(builder, filled, size) : builder.constant(scalar(1)),
  )
  const inside = builder.op('MatMul', [rows, builder.op('Transpose', [columns], { perm: [1, 0] })])
  const outside = builder.op('Sub', [builder.constant(scalar(1)), inside])
  const neutral = builder.constant(float32(new Float32Array(NEUTRAL), [1, 3, 1, 1]))
  return builder.op('Add', [resized, builder.op('Mul', [outside, neutral])])
}

function column(builder: GraphBuilder, size: number): Value {
  return builder.constant(
    float32(
      Float32Array.from({ length: size }, (_, i) => i),
      [size, 1],
    ),
  )
}
