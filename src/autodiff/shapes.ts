import { ChiquitoError, sizeOf } from '../core/index.js'
import type { Dim, Value } from '../onnx/index.js'
import { type Emitter, floatTensor } from './emit.js'

/** Dimensions as numbers, or undefined when one of them is only known when the graph runs. */
export function knownShape(shape: readonly Dim[]): readonly number[] | undefined {
  return shape.every(dim => typeof dim === 'number') ? shape : undefined
}

/** The dimensions of a value as an int64 vector: a constant where they are known, a Shape node elsewhere. */
export function shapeVector(e: Emitter, value: Value): Value {
  const known = knownShape(e.shape(value))
  return known ? e.ints(known) : e.builder.op('Shape', [value])
}

/** The same elements in the shape of `like`. */
export function reshapeLike(e: Emitter, value: Value, like: Value): Value {
  return reshapeTo(e, value, e.shape(like), () => shapeVector(e, like))
}

/** The same elements in these dimensions; `vector` gives them when the graph runs, if more than one is a name. */
export function reshapeTo(e: Emitter, value: Value, to: readonly Dim[], vector: () => Value): Value {
  if (sameDims(e.shape(value), to)) return value
  // One unknown dimension is what -1 stands for, unless a 0 makes it ambiguous.
  const symbols = to.filter(dim => typeof dim === 'string').length
  if (symbols > 1 || to.includes(0)) return e.builder.op('Reshape', [value, vector()], { allowzero: 1 })
  return e.reshape(
    value,
    to.map(dim => (typeof dim === 'number' ? dim : -1)),
  )
}

/** Broadcasts a value to the shape of `like`. */
export function expandLike(e: Emitter, value: Value, like: Value): Value {
  if (sameDims(e.shape(value), e.shape(like))) return value
  return e.builder.op('Expand', [value, shapeVector(e, like)])
}

/** Zeros in the shape and dtype of `like`, whatever it holds. */
export function zerosLike(e: Emitter, like: Value): Value {
  const dtype = e.dtype(like)
  return e.builder.op('ConstantOfShape', [shapeVector(e, like)], { value: floatTensor(dtype, [0], [1]) })
}

/**
 * Undoes broadcasting: sums a gradient over the axes along which a value of the shape of `like` was repeated.
 * Throws `model` where names of dimensions leave open whether it was.
 */
export function sumToLike(e: Emitter, grad: Value, like: Value): Value {
  const [from, to] = [e.shape(grad), e.shape(like)]
  const lead = from.length - to.length
  if (lead < 0) throw mismatch(grad, from, like, to)
  const repeated = to.flatMap((dim, axis) => {
    const given = from[axis + lead]
    if (dim === given) return []
    if (dim === 1) return [axis + lead]
    // A number other than 1 cannot have been broadcast, so a named size must be the same one.
    if (typeof dim === 'number' && typeof given === 'string') return []
    throw mismatch(grad, from, like, to)
  })
  const summed = repeated.length > 0 ? e.reduceSum(grad, repeated) : grad
  const axes = Array.from({ length: lead }, (_, axis) => axis)
  return lead > 0 ? e.reduceSum(summed, axes, false) : summed
}

/** How many elements of `whole` each element of its reduction `part` stands for, as a number or a scalar value. */
export function elementsPer(e: Emitter, whole: Value, part: Value): number | Value {
  const [all, some] = [knownShape(e.shape(whole)), knownShape(e.shape(part))]
  if (all && some) return sizeOf(all) / sizeOf(some)
  const axes = e.shape(whole).map((dim, axis) => ({ dim, axis }))
  const reduced = axes.filter(({ dim, axis }) => e.rank(part) === axes.length && e.shape(part)[axis] !== dim)
  if (reduced.length > 0 && reduced.every(({ dim }) => typeof dim === 'number'))
    return sizeOf(reduced.map(({ dim }) => Number(dim)))
  const [n, m] = [whole, part].map(value => e.cast(e.builder.op('Size', [value]), e.dtype(whole)))
  return e.div(n, m)
}

/** An axis counted from the end as one counted from the start. */
export function fromStart(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** The order that undoes a transposition. */
export function invert(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis))
}

/** The numbers from 0 up to, not including, length. */
export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

export function sameDims(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

function mismatch(grad: Value, from: readonly Dim[], like: Value, to: readonly Dim[]): ChiquitoError {
  return new ChiquitoError(
    'model',
    `The gradient ${grad} is [${from.join(', ')}], but the value ${like} it belongs to is [${to.join(', ')}], and ` +
      'neither is known to be the other one broadcast: give these dimensions numbers, or the same name.',
  )
}
