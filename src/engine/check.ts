import { ChiquitoError, sizeOf, type Tensor } from '../core/index.js'
import type { Dim, ValueType } from '../onnx/index.js'

// What a caller feeds is checked here, by name, because the runtime's own messages often name neither input nor shape.

type Types = ReadonlyMap<string, ValueType>
type Tensors = Readonly<Record<string, Tensor>>

/** Sizes of named dimensions, and the input that gave each. */
type Sizes = Map<string, { readonly size: number; readonly from: string }>

/**
 * Checks that every input is fed, that nothing else is, and that element types and shapes agree with the graph and
 * with each other. Returns the sizes of named dimensions.
 *
 * @throws ChiquitoError `engine`, naming the input, what was expected and what came.
 */
export function checkFeeds(model: string, inputs: Types, feeds: Tensors): Sizes {
  const sizes: Sizes = new Map()
  for (const [name, type] of inputs) {
    const tensor = Object.hasOwn(feeds, name) ? feeds[name] : undefined
    if (!tensor)
      throw new ChiquitoError('engine', `${model} needs its input ${name} ${show(type)}, which is not given.`)
    checkTensor('input', model, type, tensor, sizes, name)
  }
  const unknown = Object.keys(feeds).find(name => !inputs.has(name))
  if (unknown !== undefined)
    throw new ChiquitoError(
      'engine',
      `${model} has no input ${unknown}; its inputs are ${[...inputs.keys()].join(', ')}.`,
    )
  return sizes
}

/**
 * Checks tensors that results are to be written into: outputs that exist, of the right type and shape, and memory that
 * neither an input nor another output shares. (Written and read at once, a network silently computes wrong numbers.)
 */
export function checkFetches(
  model: string,
  outputs: Types,
  fetches: Tensors,
  feeds: Tensors,
  sizes: Sizes,
): void {
  checkOutputs(model, outputs, Object.keys(fetches))
  // By the memory they lie in: hundreds of tensors, each in its own, would take long to compare by pairs.
  const used = new Map<ArrayBufferLike, { what: string; name: string; tensor: Tensor }[]>()
  const use = (what: string, name: string, tensor: Tensor) => {
    const others = used.get(tensor.data.buffer)
    if (others) others.push({ what, name, tensor })
    else used.set(tensor.data.buffer, [{ what, name, tensor }])
  }
  for (const [name, tensor] of Object.entries(feeds)) use('input', name, tensor)
  for (const [name, tensor] of Object.entries(fetches)) {
    const type = outputs.get(name)
    if (type) checkTensor('the tensor for output', model, type, tensor, sizes, name)
    const clash = used.get(tensor.data.buffer)?.find(other => overlap(other.tensor, tensor))
    if (clash)
      throw new ChiquitoError(
        'engine',
        `Output ${name} of ${model} is to be written into memory of ${clash.what} ${clash.name}. Use two sets of tensors and swap them.`,
      )
    use('output', name, tensor)
  }
}

/** Checks that outputs asked for exist. */
export function checkOutputs(model: string, outputs: Types, names: readonly string[]): void {
  const unknown = names.find(name => !outputs.has(name))
  if (unknown !== undefined || names.length === 0)
    throw new ChiquitoError(
      'engine',
      `${model} ${unknown === undefined ? 'must be asked for an output' : `has no output ${unknown}`}; its outputs are ${[...outputs.keys()].join(', ')}.`,
    )
}

function checkTensor(
  what: string,
  model: string,
  type: ValueType,
  tensor: Tensor,
  sizes: Sizes,
  name: string,
): void {
  const refuse = (why: string) =>
    new ChiquitoError(
      'engine',
      `${what} ${name} of ${model} must be ${show(type)}, but is ${show(tensor)}${why}.`,
    )
  if (tensor.dtype !== type.dtype) throw refuse('')
  if (sizeOf(tensor.shape) !== tensor.data.length) throw refuse(` with ${tensor.data.length} elements`)
  if (!type.shape) return
  if (type.shape.length !== tensor.shape.length) throw refuse('')
  type.shape.forEach((dim, axis) => {
    const size = tensor.shape[axis]
    const known = typeof dim === 'string' ? sizes.get(dim) : undefined
    if (typeof dim === 'number' ? dim !== size : known && known.size !== size)
      throw refuse(known ? ` where ${dim} is ${known.size} as in ${known.from}` : '')
    if (typeof dim === 'string' && dim !== '') sizes.set(dim, known ?? { size, from: name })
  })
}

function overlap({ data: a }: Tensor, { data: b }: Tensor): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  )
}

function show({ dtype, shape }: { dtype: string; shape?: readonly Dim[] | undefined }): string {
  return shape ? `${dtype} [${shape.map(dim => (dim === '' ? '?' : dim)).join(', ')}]` : dtype
}
