import { argumentError, type DType, elementBytes, sizeOf, type Tensor } from '../../core/index.js'
import { bytesOf } from './elements.js'

/**
 * Every element type by its label in a file, in the order in which tensors lie there: larger elements first, so that
 * each tensor is aligned. Among equals the order is that of the format's own library, which then writes the same bytes.
 */
export const labels: ReadonlyMap<DType, string> = new Map([
  ['uint64', 'U64'],
  ['int64', 'I64'],
  ['float64', 'F64'],
  ['float32', 'F32'],
  ['uint32', 'U32'],
  ['int32', 'I32'],
  ['bfloat16', 'BF16'],
  ['float16', 'F16'],
  ['uint16', 'U16'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
])
const ranks: ReadonlyMap<DType, number> = new Map([...labels.keys()].map((dtype, rank) => [dtype, rank]))

/** The data starts at a multiple of this, so that every element type can be looked at in place. */
const DATA_ALIGNMENT = 8

/** The one name that is not free for tensors: under it the header keeps the texts. */
export const METADATA_KEY = '__metadata__'

/**
 * A safetensors file. The same tensors and texts give the same bytes, in whatever order they are given: tensors lie by
 * element type, then by name; Python's library orders them so too, and writes the same bytes.
 *
 * @param tensors by name, of any type and shape, also [] and with dimensions of zero.
 * @param metadata free text by key.
 * @throws ChiquitoError `usage` for a tensor whose shape is not that of its data, or a name the format does not allow.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  for (const [name, tensor] of tensors) requireSound(name, tensor)
  const ordered = [...tensors].sort(([a, x], [b, y]) => rankOf(x) - rankOf(y) || byBytes(a, b))
  const header = headerOf(ordered, metadata)
  const start = Math.ceil((8 + header.length) / DATA_ALIGNMENT) * DATA_ALIGNMENT
  const size = ordered.reduce((sum, [, { data }]) => sum + data.byteLength, 0)
  const file = Buffer.alloc(start + size)
  file.writeBigUInt64LE(BigInt(start - 8), 0)
  file.fill(' ', 8, start)
  header.copy(file, 8)
  let at = start
  for (const [, tensor] of ordered) {
    file.set(bytesOf(tensor), at)
    at += tensor.data.byteLength
  }
  return file
}

/** The JSON, put together by hand: an object would move names that are numbers to its front. */
function headerOf(
  ordered: readonly (readonly [string, Tensor])[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const fields: string[] = []
  const texts = Object.entries(metadata).sort(([a], [b]) => byBytes(a, b))
  for (const [key, text] of texts) {
    requireText(key)
    requireText(text)
  }
  if (texts.length > 0) fields.push(field(METADATA_KEY, Object.fromEntries(texts)))
  let at = 0
  for (const [name, { dtype, shape, data }] of ordered) {
    const end = at + data.byteLength
    fields.push(field(name, { dtype: labels.get(dtype), shape, data_offsets: [at, end] }))
    at = end
  }
  return Buffer.from(`{${fields.join()}}`)
}

function field(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`
}

function requireSound(name: string, { dtype, shape, data }: Tensor): void {
  requireText(name)
  if (name === METADATA_KEY) throw argumentError('a tensor name', `other than ${METADATA_KEY}`, name)
  if (!shape.every(dim => Number.isSafeInteger(dim) && dim >= 0))
    throw argumentError(`the shape of tensor ${name}`, 'whole numbers', shape)
  if (sizeOf(shape) * elementBytes[dtype] !== data.byteLength)
    throw argumentError(
      `the shape of tensor ${name}`,
      `of its ${data.byteLength / elementBytes[dtype]} elements of ${dtype}`,
      shape,
    )
}

/** Half of a surrogate pair has no UTF-8: JSON would escape it, and other readers refuse the file. */
function requireText(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw argumentError('a name or text', 'well-formed Unicode', text)
}

function rankOf({ dtype }: Tensor): number {
  return ranks.get(dtype) ?? ranks.size
}

/** By their UTF-8, which differs from JavaScript's own order beyond the basic plane. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
