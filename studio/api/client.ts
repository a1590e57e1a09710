import type { Said } from '../../src/core/error.js'
import type { ProblemKind } from '../../src/serve/problem-kinds.js'
import { authorization, tellRefused } from './token.js'

/** The last part of a problem's `type`; `unreachable` where no server answers. */
export type Kind = ProblemKind | 'unreachable'

/** Why a request came to nothing, as the server says it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'

  constructor(
    readonly kind: string,
    readonly status: number,
    /** What was wrong, what was expected, what to do. */
    readonly detail: string,
    /** The same as a code; undefined where it has none. */
    readonly said?: Said | undefined,
  ) {
    super(detail)
  }
}

const UNAUTHORIZED = 401

/** @throws ApiProblem */
export function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(path, signal ? { signal } : {})
}

/** @throws ApiProblem */
export function postJson<T>(path: string, body: unknown = {}): Promise<T> {
  return answer<T>(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
}

/** Sends a file as it is. @throws ApiProblem */
export function postFile<T>(path: string, body: Blob, signal?: AbortSignal): Promise<T> {
  return answer<T>(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/octet-stream' },
    ...(signal ? { signal } : {}),
  })
}

async function answer<T>(path: string, init: RequestInit): Promise<T> {
  const response = await ask(path, init)
  return response.status === 204 ? (undefined as T) : response.json()
}

/** What was asked for before anybody needed it, so long as it is news. */
const AHEAD_MS = 10_000
const asked = new Map<string, { readonly at: number; readonly response: Promise<Response> }>()

/** Asks for what will be needed in a moment: whoever asks for it first gets this answer. */
export function askAhead(path: string, method: 'GET' | 'POST' = 'GET'): void {
  const key = `${method} ${path}`
  const response = fetch(path, { method, headers: authorization() })
  asked.set(key, { at: performance.now(), response })
  // A refusal is for this token, at this moment: who asks later asks anew.
  response.then(
    ({ ok }) => ok || asked.delete(key),
    () => asked.delete(key),
  )
}

function takeAsked(path: string, { method = 'GET' }: RequestInit): Promise<Response> | undefined {
  const key = `${method} ${path}`
  const ahead = asked.get(key)
  asked.delete(key)
  return ahead !== undefined && performance.now() - ahead.at < AHEAD_MS ? ahead.response : undefined
}

/** A response that is none of a problem. @throws ApiProblem */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, ...authorization() }
  const response = await (takeAsked(path, init) ?? fetch(path, { ...init, headers })).catch(error => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiProblem('unreachable', 0, 'The server does not answer. Start chiquito studio again.')
  })
  if (response.ok) return response
  if (response.status === UNAUTHORIZED) tellRefused()
  const { type = '', detail = response.statusText, said } = await problemIn(response)
  throw new ApiProblem(type.replace(/^.*:/, ''), response.status, detail, said)
}

async function problemIn(response: Response): Promise<{ type?: string; detail?: string; said?: Said }> {
  return response.json().catch(() => ({}))
}
