import { type DType, elementBytes, sizeOf, type Tensor } from '../../core/index.js'
import { isAligned, tensorOver } from './elements.js'
import { refuse } from './pickle.js'
import {
  PickleGlobal,
  type PickleObject,
  type PickleRules,
  PickleTuple,
  type PickleValue,
} from './pickle-values.js'
import { refuseDangerous } from './torch-names.js'

/** Highest rank of a tensor; PyTorch itself stops at 64, networks at 5. */
const MAX_RANK = 16

/** Element type by the name of PyTorch's storage class. */
const storageTypes: ReadonlyMap<string, DType> = new Map([
  ['torch FloatStorage', 'float32'],
  ['torch DoubleStorage', 'float64'],
  ['torch HalfStorage', 'float16'],
  ['torch BFloat16Storage', 'bfloat16'],
  ['torch LongStorage', 'int64'],
  ['torch IntStorage', 'int32'],
  ['torch ShortStorage', 'int16'],
  ['torch CharStorage', 'int8'],
  ['torch ByteStorage', 'uint8'],
  ['torch BoolStorage', 'bool'],
])

/** A run of elements outside the pickle; several tensors may look at one. */
export interface TorchStorage extends PickleObject {
  readonly kind: 'storage'
  readonly dtype: DType
  readonly key: string
  /** Number of elements. */
  readonly length: number
}

/** A tensor as the pickle describes it: a strided look at a storage, checked to stay inside. */
export interface TorchTensor extends PickleObject {
  readonly kind: 'tensor'
  readonly storage: TorchStorage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** The rules for pickles written by `torch.save` of a state dict. */
export const torchRules: PickleRules = {
  globals: new Map<string, true | ((args: readonly PickleValue[]) => PickleValue)>([
    ...[...storageTypes.keys()].map((name): [string, true] => [name, true]),
    ['collections OrderedDict', orderedDict],
    ['torch._utils _rebuild_tensor_v2', rebuildTensor],
    ['torch._utils _rebuild_tensor', rebuildTensor],
    ['torch._utils _rebuild_parameter', args => tensorOf(args[0])],
    ['torch._utils _rebuild_parameter_with_state', args => tensorOf(args[0])],
    ['torch._tensor _rebuild_from_type_v2', rebuildFromType],
  ]),
  allowStandIn: refuseDangerous,
  persistent: storageOf,
}

/** Whether a value of a pickle is a tensor. */
export function isTensor(value: PickleValue | undefined): value is TorchTensor {
  return isObject(value) && value.kind === 'tensor'
}

/**
 * The tensor over the bytes of its storage: the same memory where its elements lie in order and aligned, else a copy.
 * `allowCopy` is told how many bytes a copy takes before it is made.
 */
export function materialize(
  tensor: TorchTensor,
  bytes: Uint8Array,
  allowCopy: (bytes: number) => void,
): Tensor {
  const { offset, shape, strides, storage } = tensor
  const width = elementBytes[storage.dtype]
  const length = sizeOf(shape) * width
  if (isInOrder(shape, strides)) {
    const start = offset * width
    const inPlace = bytes.subarray(start, start + length)
    if (!isAligned(storage.dtype, inPlace)) allowCopy(length)
    return tensorOver(storage.dtype, shape, inPlace)
  }
  allowCopy(length)
  return tensorOver(storage.dtype, shape, gather(tensor, width, bytes))
}

/** `_rebuild_from_type_v2(function, type, args, state)`: a tensor of a class of its own, such as fastai's. */
function rebuildFromType([callee, , args]: readonly PickleValue[]): PickleValue {
  const rule = callee instanceof PickleGlobal ? torchRules.globals.get(callee.name) : undefined
  if (rule === undefined || rule === true || rule === rebuildFromType || !(args instanceof PickleTuple))
    refuse('rebuilds a tensor by a function that is not known')
  return rule(args.items)
}

function orderedDict(args: readonly PickleValue[]): PickleValue {
  if (args.length !== 0) refuse('makes a dictionary from arguments')
  return new Map()
}

/** The persistent id `('storage', type, key, location, length[, view])`. */
function storageOf(id: PickleValue): TorchStorage {
  if (!(id instanceof PickleTuple) || id.items[0] !== 'storage')
    refuse('refers to something that is not a storage')
  const [, type, key, , length, view = null] = id.items
  const dtype = type instanceof PickleGlobal ? storageTypes.get(type.name) : undefined
  if (!dtype || typeof key !== 'string')
    refuse(
      `refers to a storage of ${type instanceof PickleGlobal ? `type ${JSON.stringify(type.name.replace(' ', '.'))}, which is not read (known are ${[...storageTypes.keys()].map(name => name.replace('torch ', '')).join(', ')})` : 'an unknown type'}`,
    )
  if (view !== null)
    refuse(`refers to storage ${key} through a view, which PyTorch has not written since 0.4`)
  return { kind: 'storage', dtype, key, length: wholeNumber(length, `the length of storage ${key}`) }
}

/** `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)`. */
function rebuildTensor(args: readonly PickleValue[]): TorchTensor {
  const [storage, offset, shape, strides] = args
  if (!isStorage(storage)) refuse('rebuilds a tensor from something that is not a storage')
  const tensor: TorchTensor = {
    kind: 'tensor',
    storage,
    offset: wholeNumber(offset, 'a tensor offset'),
    shape: wholeNumbers(shape, 'a tensor shape'),
    strides: wholeNumbers(strides, 'the strides of a tensor'),
  }
  checkBounds(tensor)
  return tensor
}

/** Every index must fall inside the storage, and no tensor may be larger than what it looks at. */
function checkBounds({ storage, offset, shape, strides }: TorchTensor): void {
  const where = `a tensor [${shape}] with strides [${strides}] at ${offset} of storage ${storage.key}`
  if (shape.length > MAX_RANK)
    refuse(`describes a tensor of rank ${shape.length}; at most ${MAX_RANK} is read`)
  if (shape.length !== strides.length) refuse(`describes ${where}: the ranks differ`)
  if (shape.includes(0)) return
  let last = offset
  let size = 1
  for (let i = 0; i < shape.length; i++) {
    last += (shape[i] - 1) * strides[i]
    size *= shape[i]
  }
  if (last >= storage.length) refuse(`describes ${where}, which has only ${storage.length} elements`)
  if (size > storage.length) refuse(`describes ${where}: more elements than the storage's ${storage.length}`)
}

function tensorOf(value: PickleValue | undefined): TorchTensor {
  if (!isTensor(value)) refuse('makes a parameter of something that is not a tensor')
  return value
}

function isStorage(value: PickleValue | undefined): value is TorchStorage {
  return isObject(value) && value.kind === 'storage'
}

function isObject(value: PickleValue | undefined): value is PickleObject {
  return typeof value === 'object' && value !== null && 'kind' in value
}

function wholeNumber(value: PickleValue | undefined, what: string): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0)
    refuse(`has ${what} that is not a whole number from 0 to 2^53`)
  return number
}

function wholeNumbers(value: PickleValue | undefined, what: string): number[] {
  if (!(value instanceof PickleTuple)) refuse(`has ${what} that is not a tuple`)
  return value.items.map(item => wholeNumber(item, what))
}

function isInOrder(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false
    expected *= shape[i]
  }
  return true
}

/** Copies elements into row-major order. */
function gather({ shape, strides, offset }: TorchTensor, width: number, bytes: Uint8Array): Uint8Array {
  const size = sizeOf(shape)
  const copy = new Uint8Array(size * width)
  const index = new Array<number>(shape.length).fill(0)
  let at = offset * width
  for (let i = 0; i < size; i++) {
    for (let b = 0; b < width; b++) copy[i * width + b] = bytes[at + b]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis] * width
      if (++index[axis] < shape[axis]) break
      at -= strides[axis] * shape[axis] * width
      index[axis] = 0
    }
  }
  return copy
}
