import type { StringStringEntryProto } from './generated/onnx_pb.js'

/** What lies in the files that a model's tensors refer to, by the location that the model gives. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>

/** Whether a location is the plain name of a file in the same folder, on every system. */
export function isPlainName(location: string): boolean {
  return /^[^/\\:\0]+$/.test(location) && location !== '.' && location !== '..'
}

/**
 * The bytes of a tensor that lies in another file, copied; or what is wrong with them, as the end of a sentence.
 *
 * @param entries what the tensor says: `location`, `offset` and `length` in bytes.
 * @param size bytes that its shape needs.
 */
export function externalBytes(
  entries: readonly Pick<StringStringEntryProto, 'key' | 'value'>[],
  size: number,
  files: ExternalFiles,
): ArrayBuffer | string {
  const said = new Map(entries.map(({ key, value }) => [key, value]))
  const location = said.get('location')
  if (location === undefined) return '(not named); save the model as one file'
  const file = files.get(location)
  if (!file) return `(${location}); save the model as one file`
  const offset = wholeOf(said.get('offset') ?? '0')
  const length = wholeOf(said.get('length') ?? String(size))
  if (offset === undefined || length === undefined)
    return `(${location}), at offset ${said.get('offset')}, length ${said.get('length')}: not whole numbers`
  if (length !== size) return `(${location}): ${length} bytes, but its shape needs ${size}`
  if (offset + length > file.byteLength)
    return `(${location}): bytes ${offset} to ${offset + length}, but that file has ${file.byteLength}; it is cut short, or of another export`
  return Uint8Array.from(file.subarray(offset, offset + length)).buffer
}

function wholeOf(text: string): number | undefined {
  const number = Number(text)
  return /^\d{1,15}$/.test(text) ? number : undefined
}
