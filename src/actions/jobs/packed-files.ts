import { z } from 'zod'
import { ChiquitoError, parsedJson } from '../../core/index.js'

const headSchema = z.array(z.strictObject({ name: z.string(), bytes: z.int().nonnegative() }))

/** Some files in one: a line of JSON that names them, then what they hold. */
export function packFiles(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const head = Array.from(files, ([name, content]) => ({ name, bytes: content.length }))
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...files.values()])
}

/**
 * @param names - that files may have: nothing else is taken
 * @throws `data` for bytes that are no such files
 */
export function unpackFiles(bytes: Uint8Array, names: readonly string[]): Map<string, Uint8Array> {
  const end = bytes.indexOf(0x0a)
  const head = headSchema.safeParse(parsedJson(bytes.subarray(0, Math.max(0, end))))
  const files = new Map<string, Uint8Array>()
  let at = end + 1
  for (const { name, bytes: size } of head.data ?? []) {
    files.set(name, bytes.subarray(at, at + size))
    at += size
  }
  if (!head.success || at !== bytes.length || [...files.keys()].some(name => !names.includes(name)))
    throw new ChiquitoError('data', 'What was trained elsewhere is no run.')
  return files
}
