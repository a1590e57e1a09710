import { z } from 'zod'
import { type ErrorCode, type Failure, parsedJson } from '../../core/index.js'
import { sha256Schema } from '../../files/index.js'

// What goes through Redis. Others may be able to write there, so all of it is checked by whoever reads it.

/** Signs of a failure's message that are handed on: enough to say what was wrong, never a whole file. */
const MAX_MESSAGE = 2000
const MAX_ADDRESS = 2000

/** Names of hosts and versions, which are printed. */
const nameSchema = z.string().regex(/^[\w .,:+()-]{1,300}$/)

/** All that is told of a job: what it is called, and where whoever asked keeps jobs and results. */
const referenceSchema = z.strictObject({
  key: sha256Schema,
  store: z.string().max(MAX_ADDRESS),
  /** How often the process that did it died while its worker lived on. */
  deaths: z.int().nonnegative().optional(),
})
export type Reference = z.infer<typeof referenceSchema>

/** Undefined for what is none. */
export function referenceOf(id: string | undefined, data: unknown): Reference | undefined {
  const parsed = referenceSchema.safeParse(data)
  return parsed.success && parsed.data.key === id ? parsed.data : undefined
}

/** Whether a text, as it lies in Redis, refers to a job of that name. */
export function isReference(id: string, text: string | null): boolean {
  return referenceOf(id, jsonIn(text)) !== undefined
}

const answerSchema = z.object({ isRecalled: z.boolean() })
export type Answer = z.infer<typeof answerSchema>

/** What a finished job says of itself; whether its result is there is another question. */
export function answerOf(value: unknown): Answer {
  const parsed = answerSchema.safeParse(value)
  return parsed.success ? parsed.data : { isRecalled: false }
}

/** A record, so that a code that is forgotten does not compile. */
const codes: Readonly<Record<ErrorCode, true>> = {
  usage: true,
  data: true,
  image: true,
  model: true,
  engine: true,
  io: true,
  diverged: true,
  interrupted: true,
}
const isCode = (text: string): text is ErrorCode => Object.hasOwn(codes, text)

/** What became, again and again, of who did a job: its process died, or the worker as a whole went away. */
const deadlySchema = z.enum(['died', 'gone'])

const failureSchema = z.object({
  code: z.string().refine(isCode),
  message: z.string(),
  deadly: deadlySchema.optional(),
})

/** A failure on its way to whoever asked. */
export interface SentFailure extends Failure {
  readonly deadly?: z.infer<typeof deadlySchema> | undefined
}

export function failureText({ code, message, deadly }: SentFailure): string {
  return JSON.stringify({ code, message: message.slice(0, MAX_MESSAGE), deadly })
}

/** The failure that a text says; the queue has reasons of its own, too. */
export function sentFailure(text: unknown): SentFailure {
  const parsed = failureSchema.safeParse(jsonIn(text))
  if (parsed.success) return { ...parsed.data, message: parsed.data.message.slice(0, MAX_MESSAGE) }
  const reason = typeof text === 'string' ? text.slice(0, MAX_MESSAGE) : 'no reason is given'
  return { code: 'engine', message: `The queue gave a job up: ${reason}` }
}

/** What a worker says of a job that it cannot find, while whoever asked waits. */
const unseenSchema = z.object({ unseenBy: nameSchema })

export function unseenBy(progress: unknown): string | undefined {
  return unseenSchema.safeParse(progress).data?.unseenBy
}

/** What a worker says of a long job now and then. */
const stepSchema = z.object({
  task: z.string().regex(/^[\p{L}\p{N}\p{P}\p{Zs}+=<>]{1,100}$/u),
  done: z.number().nonnegative(),
  total: z.number().positive(),
  host: nameSchema,
})
export type SentStep = z.infer<typeof stepSchema>

export function stepOf(progress: unknown): SentStep | undefined {
  return stepSchema.safeParse(progress).data
}

/** How askers and workers say that they are there. */
const noticeSchema = z.object({
  release: nameSchema,
  queue: nameSchema,
  host: nameSchema,
  /** Of the jobs that one waits for, or has in hand. */
  keys: z.array(sha256Schema).max(100_000).readonly(),
  /** Of a worker: jobs one after the other that it could not find, for which it lacks a disk or the network, or of which its process died. */
  misses: z.int().nonnegative().optional(),
})
export type Notice = z.infer<typeof noticeSchema>

export function noticeOf(text: unknown): Notice | undefined {
  return noticeSchema.safeParse(jsonIn(text)).data
}

function jsonIn(text: unknown): unknown {
  return typeof text === 'string' ? parsedJson(text) : undefined
}
