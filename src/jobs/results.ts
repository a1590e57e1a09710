import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ChiquitoError, parsedJson } from '../core/index.js'
import type { Job, Json } from './job.js'
import type { BlobStore } from './store/index.js'

/** In front of what is kept: SHA-256 of the rest, so that what a power cut tore is not believed. */
const CHECK_BYTES = 32

const jsonSchema: z.ZodType<Json> = z.json()
const jobSchema = z.strictObject({ kind: z.string(), asked: jsonSchema, place: jsonSchema })

function nameOf(folder: 'jobs' | 'results', key: string): string {
  return `${folder}/${key.slice(0, 2)}/${key}`
}

/** Keeps a job where its workers find it. */
export async function putJob(store: BlobStore, key: string, job: Job): Promise<void> {
  await store.put(nameOf('jobs', key), new TextEncoder().encode(JSON.stringify(job)))
}

/** @throws `io` where there is none, `usage` where it is none */
export async function getJob(store: BlobStore, key: string): Promise<Job> {
  const bytes = await store.get(nameOf('jobs', key))
  if (bytes === undefined)
    throw new ChiquitoError(
      'io',
      `The job ${key} is not in "${store.address}". Asker and workers must see the same store.`,
    )
  const parsed = jobSchema.safeParse(parsedJson(bytes))
  if (parsed.success) return parsed.data
  throw new ChiquitoError('usage', `What lies in "${store.address}" as the job ${key} is none.`)
}

export function hasJob(store: BlobStore, key: string): Promise<boolean> {
  return store.has(nameOf('jobs', key))
}

/** Once its result is there nobody asks for the job itself any more. */
export async function removeJob(store: BlobStore, key: string): Promise<void> {
  await store.remove(nameOf('jobs', key))
}

export function hasResult(store: BlobStore, key: string): Promise<boolean> {
  return store.has(nameOf('results', key))
}

export async function putResult(store: BlobStore, key: string, bytes: Uint8Array): Promise<void> {
  await store.put(nameOf('results', key), Buffer.concat([checkOf(bytes), bytes]))
}

/** Undefined where there is none, or a damaged one, which is taken away. */
export async function getResult(store: BlobStore, key: string): Promise<Uint8Array | undefined> {
  const kept = await store.get(nameOf('results', key))
  if (kept === undefined) return undefined
  const bytes = kept.subarray(CHECK_BYTES)
  if (kept.length >= CHECK_BYTES && checkOf(bytes).equals(kept.subarray(0, CHECK_BYTES))) return bytes
  await store.remove(nameOf('results', key))
  return undefined
}

/** For whoever has put a result where it belongs, and needs the room. */
export async function removeResult(store: BlobStore, key: string): Promise<void> {
  await store.remove(nameOf('results', key))
}

function checkOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
