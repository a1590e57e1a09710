import type { Value } from '../../onnx/index.js'
import { type Call, everyInput, type Gradients } from '../rule.js'
import { fromStart, invert, range, reshapeLike, shapeVector } from '../shapes.js'
import { spreadSlice } from './spread.js'

type Operators =
  | ('Reshape' | 'Flatten' | 'Squeeze' | 'Unsqueeze' | 'Transpose' | 'Expand' | 'Tile' | 'Identity' | 'Cast')
  | ('CastLike' | 'Concat' | 'Split' | 'Slice')

export const shaping: Gradients<Operators> = {
  Reshape: [sameElements, null],
  Flatten: [sameElements],
  Squeeze: [sameElements, null],
  Unsqueeze: [sameElements, null],
  Transpose: [
    ({ e, dy, x, attributes }) => {
      const perm = attributes.perm ?? Array.from({ length: e.rank(x(0)) }, (_, i) => i).reverse()
      return e.transpose(dy(), invert(perm))
    },
  ],
  // Summing back to the input's shape is left to the walker, as for every broadcast.
  Expand: [({ dy }) => dy(), null],
  Tile: [tile, null],
  Identity: [({ dy }) => dy()],
  Cast: [({ e, dy, x }) => e.cast(dy(), e.dtype(x(0)))],
  CastLike: [({ e, dy, x }) => e.cast(dy(), e.dtype(x(0))), null],
  Concat: everyInput(concat),
  Split: [
    ({ e, dy, outputCount, attributes }) => e.concat(range(outputCount).map(dy), attributes.axis),
    null,
  ],
  Slice: [slice, null, null, null, null],
}

function sameElements({ e, dy, x }: Call): Value {
  return reshapeLike(e, dy(), x(0))
}

/** The part of the gradient that belongs to one input. */
function concat({ e, dy, x, inputCount, attributes }: Call<'Concat'>, input: number): Value {
  const axis = fromStart(attributes.axis, e.rank(dy()))
  const sizes = range(inputCount).map(i => e.shape(x(i))[axis])
  const before = sizes.slice(0, input)
  const size = sizes[input]
  if (typeof size === 'number' && before.every(dim => typeof dim === 'number')) {
    const from = before.reduce((sum, dim) => sum + dim, 0)
    return e.slice(dy(), axis, from, from + size)
  }
  const lengths = range(inputCount).map(i => e.slice(shapeVector(e, x(i)), 0, axis, axis + 1))
  return e.builder.ops('Split', [dy(), e.concat(lengths, 0)], { axis }, inputCount)[input]
}

function slice({ e, dy, x, ints, refuse }: Call<'Slice'>): Value {
  const starts = ints(1) ?? []
  const ends = ints(2) ?? []
  const axes = (ints(3) ?? range(starts.length)).map(axis => fromStart(axis, e.rank(x(0))))
  const steps = ints(4) ?? starts.map(() => 1)
  // Undone one axis at a time, so that each may have its own step.
  return axes.reduce((grad, axis, i) => {
    const size = e.shape(x(0))[axis]
    if (typeof size === 'string')
      return refuse(`it slices axis ${axis}, whose size ${size} is not known. Give that dimension a number.`)
    return spreadSlice(e, grad, axis, size, starts[i], ends[i], steps[i])
  }, dy())
}

/** Each repetition adds up: [repeats, size] per axis, summed over the repeats. */
function tile({ e, dy, x, ints, refuse }: Call<'Tile'>): Value {
  const repeats = ints(1) ?? []
  const shape = e.shape(x(0))
  if (shape.filter(dim => typeof dim === 'string').length > 1)
    return refuse('more than one of its dimensions is not known. Give them numbers.')
  const split = shape.flatMap((dim, axis) => [repeats[axis], typeof dim === 'string' ? -1 : dim])
  return e.reduceSum(
    e.reshape(dy(), split),
    range(shape.length).map(axis => 2 * axis),
    false,
  )
}
