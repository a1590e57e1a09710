import { ChiquitoError, type DType, elementBytes, messageOf, type Tensor } from '../../core/index.js'
import { tensorOver } from './elements.js'
import { labels, METADATA_KEY } from './safetensors-writer.js'
import { parseStrictJson } from './strict-json.js'

// safetensors: eight bytes with the header's length, a JSON header, then the tensors' bytes without gap or overlap.
// https://github.com/huggingface/safetensors#format

/** Longest header read; the format's own limit is four times as much, a network of ten thousand tensors takes 1 MB. */
const MAX_HEADER_BYTES = 25_000_000

const dtypes: ReadonlyMap<string, DType> = new Map([...labels].map(([dtype, label]) => [label, dtype]))

/** Most tensors read from one file, as from a `.pth`; networks of a thousand layers have under ten thousand. */
const MAX_TENSORS = 100_000

/** Highest rank of a tensor: what NumPy allows. Networks stop at 5. */
const MAX_RANK = 64

/** Of a name in a message. */
const SHOWN_CHARACTERS = 80

/** What a file holds: tensors by name, and free text by key. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: ReadonlyMap<string, string>
}

interface Entry {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/**
 * Reads a safetensors file. Tensors share memory with `bytes` where alignment allows.
 *
 * @param name the file's name, for messages.
 * @throws ChiquitoError `model`: which rule of the format the file breaks.
 */
export function readSafetensors(bytes: Uint8Array, name: string): Safetensors {
  try {
    const { header, dataStart } = readHeader(bytes)
    if (header.size > MAX_TENSORS)
      throw broken(`it has ${header.size} tensors; at most ${MAX_TENSORS} are read`)
    const entries = [...header]
      .filter(([key]) => key !== METADATA_KEY)
      .map(([key, value]) => readEntry(key, value))
    checkLayout(entries, bytes.length - dataStart)
    const data = bytes.subarray(dataStart)
    const tensors = entries.map(
      ({ name, dtype, shape, begin, end }) =>
        [name, tensorOver(dtype, shape, data.subarray(begin, end))] as const,
    )
    return { tensors: new Map(tensors), metadata: readMetadata(header.get(METADATA_KEY)) }
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    throw new ChiquitoError('model', `${name} is not a sound safetensors file: ${error.message}.`, {
      cause: error,
    })
  }
}

function readHeader(bytes: Uint8Array): { header: Map<string, unknown>; dataStart: number } {
  if (bytes.length < 8) throw broken(`it has ${bytes.length} bytes, fewer than the 8 it begins with`)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES)
    throw broken(`its header has ${length} bytes; at most ${MAX_HEADER_BYTES} are read`)
  const dataStart = 8 + Number(length)
  if (dataStart > bytes.length) throw broken(`its header of ${length} bytes goes beyond the end of the file`)
  if (bytes[8] !== 0x7b) throw broken('its header does not begin with {')
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(8, dataStart),
    )
    const header = parseStrictJson(text)
    if (header instanceof Map) return { header, dataStart }
  } catch (error) {
    throw broken(`its header is not JSON (${messageOf(error)})`)
  }
  throw broken('its header is not a JSON object')
}

function readEntry(name: string, value: unknown): Entry {
  const label = field(value, 'dtype')
  const shape = wholeNumbers(field(value, 'shape'))
  const offsets = wholeNumbers(field(value, 'data_offsets'))
  const tensor = `tensor ${shown(name)}`
  if (!shape) throw broken(`${tensor} has no shape of whole numbers`)
  if (shape.length > MAX_RANK)
    throw broken(`${tensor} has ${shape.length} dimensions; at most ${MAX_RANK} are read`)
  if (offsets?.length !== 2) throw broken(`${tensor} has no data_offsets [begin, end]`)
  const dtype = typeof label === 'string' ? dtypes.get(label) : undefined
  if (!dtype)
    throw broken(
      `${tensor} has element type ${shown(String(label))}; known are ${[...dtypes.keys()].join(', ')}`,
    )
  const [begin, end] = offsets
  const size = bytesIn(shape, elementBytes[dtype])
  if (size === undefined) throw broken(`${tensor} of ${label} [${shape}] is larger than any file`)
  if (end - begin !== size)
    throw broken(`${tensor} of ${label} [${shape}] needs ${size} bytes, but lies from ${begin} to ${end}`)
  return { name, dtype, shape, begin, end }
}

/** Bytes of a tensor; undefined when they, or those of its first dimensions, are too many for an exact number. */
function bytesIn(shape: readonly number[], width: number): number | undefined {
  let size = width
  for (const dim of shape) {
    size *= dim
    if (!Number.isSafeInteger(size)) return undefined
  }
  return size
}

function shown(name: string): string {
  return name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name
}

/** Tensors must fill the data exactly, each beginning where another ends. */
function checkLayout(entries: readonly Entry[], available: number): void {
  let at = 0
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw broken(`tensor ${shown(name)} begins at ${begin} where ${at} is due`)
    at = end
  }
  if (at !== available) throw broken(`its tensors take ${at} bytes, but ${available} follow the header`)
}

function readMetadata(value: unknown): Map<string, string> {
  const metadata = new Map<string, string>()
  if (value === undefined) return metadata
  if (!(value instanceof Map)) throw broken('its __metadata__ is not an object')
  for (const [key, text] of value) {
    if (typeof text !== 'string') throw broken(`its __metadata__ ${shown(key)} is not text`)
    metadata.set(key, text)
  }
  return metadata
}

function field(value: unknown, key: string): unknown {
  return value instanceof Map ? value.get(key) : undefined
}

function wholeNumbers(value: unknown): number[] | undefined {
  const isWhole = (item: unknown): item is number =>
    typeof item === 'number' && Number.isSafeInteger(item) && item >= 0
  return Array.isArray(value) && value.every(isWhole) ? value : undefined
}

function broken(what: string): ChiquitoError {
  return new ChiquitoError('model', what)
}
