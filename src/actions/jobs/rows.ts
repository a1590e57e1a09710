import { z } from 'zod'
import { ChiquitoError, parsedJson } from '../../core/index.js'

const headSchema = z.strictObject({
  width: z.int().positive(),
  /** Of the photos asked for, by their place: those whose rows follow, in this order. */
  photos: z.array(z.int().nonnegative()),
  /** Those that nobody is to look at again. */
  aside: z.array(z.strictObject({ photo: z.int().nonnegative(), reason: z.string() })),
})

/** Feature rows on their way from whoever computed them. */
export interface Rows extends z.infer<typeof headSchema> {
  /** [photos, views, width] */
  readonly values: Float32Array
}

/** A line of JSON, then the values, little-endian. */
export function packRows({ values, ...head }: Rows): Uint8Array {
  const bytes = Buffer.alloc(values.byteLength)
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i)
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes])
}

/** @throws `data` for bytes that are no rows */
export function unpackRows(bytes: Uint8Array): Rows {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = buffer.indexOf('\n')
  const head = headSchema.safeParse(parsedJson(buffer.toString('utf8', 0, Math.max(0, end))))
  const rest = buffer.subarray(end + 1)
  if (!head.success || rest.length % 4 !== 0)
    throw new ChiquitoError('data', 'What was computed elsewhere is no features of photos.')
  const values = new Float32Array(rest.length / 4)
  for (let i = 0; i < values.length; i++) values[i] = rest.readFloatLE(4 * i)
  return { ...head.data, values }
}
