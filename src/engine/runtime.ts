import type * as ort from 'onnxruntime-node'
import { ChiquitoError, type DType, forbidReports, messageOf, type Tensor } from '../core/index.js'
import { locateRuntime } from './locate.js'

// The only file that loads onnxruntime-node, and the only one that knows its tensors.

export type Runtime = typeof ort

let loaded: Promise<Runtime> | undefined

/** onnxruntime-node, loaded when first needed: commands that run no network do not pay for it. */
export function loadRuntime(): Promise<Runtime> {
  loaded ??= importRuntime()
  return loaded
}

async function importRuntime(): Promise<Runtime> {
  forbidReports()
  try {
    const { carried } = locateRuntime()
    const runtime: Runtime = await (carried === undefined ? import('onnxruntime-node') : import(carried))
    // Errors come back as exceptions, with more to say than its log.
    runtime.env.logLevel = 'fatal'
    keepHalvesAsBits(runtime)
    return runtime
  } catch (error) {
    throw new ChiquitoError(
      'engine',
      `onnxruntime-node cannot be loaded on ${process.platform} ${process.arch} (${messageOf(error)}). Install again with its binaries for this machine.`,
      { cause: error },
    )
  }
}

/**
 * Where Node has Float16Array (24 and later), onnxruntime-node 1.30 wraps 16-bit floats in it, and then its own native
 * part reads none of them. It looks for the class once, at the first tensor: so that is made while the class is hidden.
 */
function keepHalvesAsBits({ Tensor: Made }: Runtime): void {
  const hidden = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array')
  if (!hidden) return
  Reflect.deleteProperty(globalThis, 'Float16Array')
  try {
    new Made('float32', new Float32Array(1), [1])
  } finally {
    Object.defineProperty(globalThis, 'Float16Array', hidden)
  }
}

/** What was made of tensors that are still there: training feeds the same ones at every step, hundreds of them. */
const made = new WeakMap<Tensor, ort.Tensor>()

/** A tensor as onnxruntime takes it: the same memory, not copied. */
export function toRuntime({ Tensor: Made }: Runtime, tensor: Tensor, what: string): ort.Tensor {
  const known = made.get(tensor)
  if (known) return known
  const { dtype, shape, data } = tensor
  if (dtype === 'bfloat16')
    throw new ChiquitoError(
      'engine',
      `${what} is bfloat16, which onnxruntime-node cannot be fed; cast it to float32.`,
    )
  const fresh = new Made(dtype, data, shape)
  made.set(tensor, fresh)
  return fresh
}

/** A tensor that onnxruntime gave, over the same memory. */
export function fromRuntime({ type, dims, data }: ort.Tensor, what: string): Tensor {
  const make = type in readers ? readers[type] : undefined
  const tensor = make?.(data, dims)
  if (!tensor)
    throw new ChiquitoError('engine', `${what} is of element type ${type}, which is not read here.`)
  return tensor
}

type Reader = (data: unknown, shape: readonly number[]) => Tensor | undefined

const readers: { readonly [K in ort.Tensor.Type]?: Reader } = {
  float32: (data, shape) => (data instanceof Float32Array ? { dtype: 'float32', shape, data } : undefined),
  float64: (data, shape) => (data instanceof Float64Array ? { dtype: 'float64', shape, data } : undefined),
  // Should a Float16Array come after all, its bits are the same.
  float16: (data, shape) =>
    ArrayBuffer.isView(data)
      ? { dtype: 'float16', shape, data: new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) }
      : undefined,
  int8: (data, shape) => (data instanceof Int8Array ? { dtype: 'int8', shape, data } : undefined),
  int16: (data, shape) => (data instanceof Int16Array ? { dtype: 'int16', shape, data } : undefined),
  int32: (data, shape) => (data instanceof Int32Array ? { dtype: 'int32', shape, data } : undefined),
  int64: (data, shape) => (data instanceof BigInt64Array ? { dtype: 'int64', shape, data } : undefined),
  uint8: (data, shape) => (data instanceof Uint8Array ? { dtype: 'uint8', shape, data } : undefined),
  uint16: (data, shape) => (data instanceof Uint16Array ? { dtype: 'uint16', shape, data } : undefined),
  uint32: (data, shape) => (data instanceof Uint32Array ? { dtype: 'uint32', shape, data } : undefined),
  uint64: (data, shape) => (data instanceof BigUint64Array ? { dtype: 'uint64', shape, data } : undefined),
  bool: (data, shape) => (data instanceof Uint8Array ? { dtype: 'bool', shape, data } : undefined),
}

/** Our name for an element type that onnxruntime names, if we have it. */
export function dtypeOf(type: ort.Tensor.Type): DType | undefined {
  return type === 'string' || type === 'uint4' || type === 'int4' ? undefined : type
}
