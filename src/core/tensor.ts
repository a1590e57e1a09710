import { argumentError } from './error.js'

/** The typed array that holds each element type. `bool` is one byte an element; the 16-bit floats are raw bits. */
export interface ElementArrays {
  float32: Float32Array
  float64: Float64Array
  float16: Uint16Array
  bfloat16: Uint16Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  bool: Uint8Array
}

export type DType = keyof ElementArrays

/** A dense row-major tensor with a static shape; rank 0 is a scalar. */
export type Tensor<T extends DType = DType> = {
  [K in T]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: ElementArrays[K] }
}[T]

/** Bytes an element takes. */
export const elementBytes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
}

/** Number of elements of a static shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1)
}

/** A float32 tensor over the values given (copied unless already a Float32Array). */
export function float32(
  values: Float32Array | readonly number[],
  shape?: readonly number[],
): Tensor<'float32'> {
  const data = values instanceof Float32Array ? values : Float32Array.from(values)
  return { dtype: 'float32', shape: checkedShape(shape ?? [data.length], data.length), data }
}

/** A float32 scalar. */
export function scalar(value: number): Tensor<'float32'> {
  return float32([value], [])
}

/** An int64 tensor. */
export function int64(values: readonly (number | bigint)[], shape?: readonly number[]): Tensor<'int64'> {
  const data = BigInt64Array.from(values, BigInt)
  return { dtype: 'int64', shape: checkedShape(shape ?? [data.length], data.length), data }
}

/** A uint8 tensor over the bytes given (not copied). */
export function uint8(data: Uint8Array, shape?: readonly number[]): Tensor<'uint8'> {
  return { dtype: 'uint8', shape: checkedShape(shape ?? [data.length], data.length), data }
}

/** A float32 tensor of zeros. */
export function zeros(shape: readonly number[]): Tensor<'float32'> {
  return { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) }
}

/** The tensor as float32, or an error that names it. */
export function asFloat32(tensor: Tensor | undefined, name: string): Tensor<'float32'> {
  if (tensor?.dtype !== 'float32') throw argumentError(name, 'a float32 tensor', tensor?.dtype)
  return tensor
}

function checkedShape(shape: readonly number[], length: number): readonly number[] {
  if (sizeOf(shape) !== length) throw argumentError('shape', `of ${length} elements`, shape)
  return shape
}
