import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { ChiquitoError } from '../core/index.js'
import { showAddress } from './address.js'
import type { Pace } from './pace.js'
import { TransientError } from './retry.js'
import { type Answer, type Client, consume, drop, type Form, networkError } from './transfer.js'

/** More came, or was announced, than was to be taken. */
export class TooLargeError extends ChiquitoError {}

/** What a server sent. */
export interface Received {
  readonly bytes: Uint8Array
  /** Where it came from in the end, after redirects. */
  readonly url: URL
  /** What the server calls it. */
  readonly type: string | undefined
}

export interface ReadOptions {
  /** Most bytes to take, also once they are unpacked. */
  readonly maxBytes: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sent by POST. */
  readonly form?: Form | undefined
  /** Told of the bytes so far as they come, and of those that they unpack to. What it throws ends the fetch, and comes out of it. */
  readonly admit?: ((bytes: number) => void) | undefined
}

/** Some servers compress without being asked. */
const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) }

/**
 * Fetches something small into memory, once: whoever asks decides about trying again.
 *
 * @throws what `Client.get` throws; `TooLargeError`
 */
export async function readBytes(
  client: Client,
  address: URL,
  { maxBytes, headers = {}, form, admit = () => undefined }: ReadOptions,
): Promise<Received> {
  let received: Received | undefined
  const work = async (answer: Answer, pace: Pace) => {
    const bytes = await unpacked(answer, await readBody(answer, pace, { maxBytes, admit }), maxBytes)
    admit(bytes.length)
    received = {
      bytes,
      url: answer.url,
      type: answer.header('content-type'),
    }
  }
  if (form === undefined) await client.get(address, headers, work)
  else await client.post(address, headers, form, work)
  if (received === undefined) throw new ChiquitoError('io', `${showAddress(address)} sent nothing.`)
  return received
}

async function readBody(
  answer: Answer,
  pace: Pace,
  { maxBytes, admit }: { readonly maxBytes: number; readonly admit: (bytes: number) => void },
): Promise<Uint8Array> {
  const announced = Number(answer.header('content-length') ?? Number.NaN)
  if (announced > maxBytes) throw tooLarge(answer, announced, maxBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  let refusal: unknown
  const requireRoom = () => {
    try {
      admit(size)
    } catch (error) {
      refusal = error
      throw error
    }
  }
  try {
    await consume(answer.body, chunk => {
      size += chunk.length
      pace.add(chunk.length)
      if (size > maxBytes) throw tooLarge(answer, size, maxBytes)
      requireRoom()
      chunks.push(chunk)
    })
  } catch (error) {
    if (refusal !== undefined) throw refusal
    throw networkError(error, answer.url, pace)
  }
  if (announced > size)
    throw new TransientError(`${showAddress(answer.url)} sent ${size} bytes and had announced ${announced}.`)
  return Buffer.concat(chunks)
}

async function unpacked(answer: Answer, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const encoding = (answer.header('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return bytes
  const unpack = new Map(Object.entries(unpackers)).get(encoding.replace(/^x-/, ''))
  if (unpack === undefined)
    throw new ChiquitoError(
      'io',
      `${showAddress(answer.url)} sent something compressed in a way that is not known here (${encoding.slice(0, 40)}).`,
    )
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes })
  } catch (cause) {
    throw new ChiquitoError(
      'io',
      `${showAddress(answer.url)} sent something compressed that is damaged, or larger than ${maxBytes} bytes.`,
      { cause },
    )
  }
}

function tooLarge(answer: Answer, bytes: number, maxBytes: number): TooLargeError {
  drop(answer.body)
  return new TooLargeError(
    'io',
    `${showAddress(answer.url)} sends ${bytes} bytes or more; at most ${maxBytes} are fetched.`,
  )
}
