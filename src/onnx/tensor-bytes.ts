import { type DType, elementBytes, type Tensor } from '../core/tensor.js'

// Also loads in browsers.

/** A tensor over a buffer that holds its elements, little-endian, bit for bit. */
export function tensorOver(dtype: DType, shape: readonly number[], buffer: ArrayBuffer): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: new Float32Array(buffer) }
    case 'float64':
      return { dtype, shape, data: new Float64Array(buffer) }
    case 'float16':
    case 'bfloat16':
    case 'uint16':
      return { dtype, shape, data: new Uint16Array(buffer) }
    case 'int8':
      return { dtype, shape, data: new Int8Array(buffer) }
    case 'int16':
      return { dtype, shape, data: new Int16Array(buffer) }
    case 'int32':
      return { dtype, shape, data: new Int32Array(buffer) }
    case 'int64':
      return { dtype, shape, data: new BigInt64Array(buffer) }
    case 'uint32':
      return { dtype, shape, data: new Uint32Array(buffer) }
    case 'uint64':
      return { dtype, shape, data: new BigUint64Array(buffer) }
    case 'uint8':
    case 'bool':
      return { dtype, shape, data: new Uint8Array(buffer) }
  }
}

/**
 * A tensor of the elements given; the 16-bit floats are given as their bits. Undefined when an element is outside
 * the type's range. A float32 is rounded.
 */
export function tensorOf(
  dtype: DType,
  shape: readonly number[],
  elements: readonly number[] | readonly bigint[],
): Tensor | undefined {
  const tensor = tensorOver(dtype, shape, new ArrayBuffer(elements.length * elementBytes[dtype]))
  switch (tensor.dtype) {
    case 'float32':
    case 'float64':
      for (const [i, element] of elements.entries()) tensor.data[i] = Number(element)
      return tensor
    case 'int64':
    case 'uint64':
      for (const [i, element] of elements.entries()) tensor.data[i] = BigInt(element)
      return elements.every((element, i) => BigInt(element) === tensor.data[i]) ? tensor : undefined
    default:
      for (const [i, element] of elements.entries()) tensor.data[i] = Number(element)
      return elements.every((element, i) => Number(element) === tensor.data[i]) ? tensor : undefined
  }
}

/** The tensor's elements as bytes, without a copy. */
export function bytesOf(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength)
}
