import { type DType, elementBytes, type Tensor } from '../../core/index.js'

/** How to look at bytes as a tensor of each element type. The bytes are aligned and as long as the shape needs. */
const views: Readonly<Record<DType, (bytes: Uint8Array, shape: readonly number[]) => Tensor>> = {
  float32: (b, shape) => ({
    dtype: 'float32',
    shape,
    data: new Float32Array(b.buffer, b.byteOffset, b.length / 4),
  }),
  float64: (b, shape) => ({
    dtype: 'float64',
    shape,
    data: new Float64Array(b.buffer, b.byteOffset, b.length / 8),
  }),
  float16: (b, shape) => ({
    dtype: 'float16',
    shape,
    data: new Uint16Array(b.buffer, b.byteOffset, b.length / 2),
  }),
  bfloat16: (b, shape) => ({
    dtype: 'bfloat16',
    shape,
    data: new Uint16Array(b.buffer, b.byteOffset, b.length / 2),
  }),
  int8: (b, shape) => ({ dtype: 'int8', shape, data: new Int8Array(b.buffer, b.byteOffset, b.length) }),
  int16: (b, shape) => ({
    dtype: 'int16',
    shape,
    data: new Int16Array(b.buffer, b.byteOffset, b.length / 2),
  }),
  int32: (b, shape) => ({
    dtype: 'int32',
    shape,
    data: new Int32Array(b.buffer, b.byteOffset, b.length / 4),
  }),
  int64: (b, shape) => ({
    dtype: 'int64',
    shape,
    data: new BigInt64Array(b.buffer, b.byteOffset, b.length / 8),
  }),
  uint8: (b, shape) => ({ dtype: 'uint8', shape, data: new Uint8Array(b.buffer, b.byteOffset, b.length) }),
  uint16: (b, shape) => ({
    dtype: 'uint16',
    shape,
    data: new Uint16Array(b.buffer, b.byteOffset, b.length / 2),
  }),
  uint32: (b, shape) => ({
    dtype: 'uint32',
    shape,
    data: new Uint32Array(b.buffer, b.byteOffset, b.length / 4),
  }),
  uint64: (b, shape) => ({
    dtype: 'uint64',
    shape,
    data: new BigUint64Array(b.buffer, b.byteOffset, b.length / 8),
  }),
  bool: (b, shape) => ({ dtype: 'bool', shape, data: new Uint8Array(b.buffer, b.byteOffset, b.length) }),
}

/**
 * A tensor over little-endian bytes: the same memory where its alignment allows, else a copy.
 * The caller has checked that there are as many bytes as the shape needs.
 */
export function tensorOver(dtype: DType, shape: readonly number[], bytes: Uint8Array): Tensor {
  return views[dtype](isAligned(dtype, bytes) ? bytes : new Uint8Array(bytes), shape)
}

/** Whether elements can be looked at in place. */
export function isAligned(dtype: DType, bytes: Uint8Array): boolean {
  return bytes.byteOffset % elementBytes[dtype] === 0
}

/** The bytes of a tensor, not copied. */
export function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
