/**
 * chiquito/client: asks a `chiquito serve`, from Node and from browsers.
 *
 * @packageDocumentation
 */
import type { AnsweredPhoto, PredictAnswer, Problem, RefusedPhoto, ServedModelFacts } from './api/index.js'
import { kindOf, type ProblemKind } from './problem-kinds.js'

export type { AnsweredPhoto, PredictAnswer, Problem, ProblemKind, RefusedPhoto, ServedModelFacts }

/** A photo's file. */
export type PhotoData = Blob | ArrayBuffer | Uint8Array

/** A photo: its file, perhaps with a name, or its address where the server takes those. */
export type PhotoInput =
  | PhotoData
  | { readonly data: PhotoData; readonly name?: string | undefined }
  | { readonly url: string; readonly name?: string | undefined }

export interface ClientOptions {
  /** What the server was started with. */
  readonly token?: string | undefined
  /** Another way to ask than the surrounding `fetch`. */
  readonly fetch?: typeof fetch | undefined
}

export interface AskOptions {
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined
}

/** The server said what was wrong (RFC 9457). */
export class ChiquitoProblem extends Error {
  override readonly name: string = 'ChiquitoProblem'

  constructor(
    /** Of HTTP. */
    readonly status: number,
    /** Which kind of problem; undefined for one that this client does not know. */
    readonly kind: ProblemKind | undefined,
    message: string,
    /** What was wrong with each field of the request, where the server says it. */
    readonly errors: NonNullable<Problem['errors']> = [],
    /** What was wrong with each photo, where none of several could be read. */
    readonly photos: readonly RefusedPhoto[] = [],
    /** Seconds after which to ask again, where the server says it. */
    readonly retryAfter: number | undefined = undefined,
  ) {
    super(message)
  }
}

/** Whether a photo was judged; otherwise its `problem` says why not. */
export function isAnswered(photo: AnsweredPhoto | RefusedPhoto): photo is AnsweredPhoto {
  return !('problem' in photo)
}

/** A `chiquito serve`, asked over HTTP. */
export class ChiquitoClient {
  private readonly base: string

  /**
   * @param url - of the server, such as `http://127.0.0.1:8000`
   * @throws TypeError for what is no address of http or https
   */
  constructor(
    url: string | URL,
    private readonly options: ClientOptions = {},
  ) {
    this.base = baseOf(String(url))
  }

  /**
   * Judges one photo or several; answers come in their order. A photo that cannot be read among others has a `problem` in place
   * of a verdict ({@link isAnswered}).
   *
   * @throws ChiquitoProblem where the whole request is refused, or none of the photos can be read; TypeError for what is no photo,
   * such as a path; what `fetch` throws
   */
  async predict(
    photos: PhotoInput | readonly PhotoInput[],
    { signal }: AskOptions = {},
  ): Promise<PredictAnswer> {
    const list = (isList(photos) ? photos : [photos]).map(named)
    if (!list.some(({ url }) => url !== undefined)) {
      const form = new FormData()
      for (const { data, name } of list) form.append('photo', blobOf(data), name)
      return this.ask('/v1/predict', { method: 'POST', body: form, signal }, isPredictAnswer)
    }
    const ones = await Promise.all(
      list.map(async ({ url, data, name }) =>
        url === undefined ? { name, base64: await base64Of(data) } : { name, url },
      ),
    )
    const request = {
      method: 'POST',
      body: JSON.stringify({ photos: ones }),
      headers: { 'content-type': 'application/json' },
      signal,
    }
    return this.ask('/v1/predict', request, isPredictAnswer)
  }

  /**
   * What the server's model says of itself, and what the server takes.
   *
   * @throws ChiquitoProblem; what `fetch` throws
   */
  async model({ signal }: AskOptions = {}): Promise<ServedModelFacts> {
    return this.ask('/v1/model', { signal }, isModel)
  }

  private async ask<T>(
    path: string,
    { signal, headers = {}, ...rest }: Ask,
    isAnswer: (value: unknown) => value is T,
  ): Promise<T> {
    const { token, fetch: ask = fetch } = this.options
    const response = await ask(this.base + path, {
      ...rest,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(signal === undefined ? {} : { signal }),
    })
    const answer = parsed(await response.text())
    if (!response.ok) throw problemOf(response, answer)
    if (isAnswer(answer)) return answer
    throw new ChiquitoProblem(
      response.status,
      undefined,
      `${this.base} is no chiquito serve: it answers otherwise.`,
    )
  }
}

function baseOf(url: string): string {
  const { protocol, origin, pathname } = URL.canParse(url) ? new URL(url) : new URL('none:')
  if (/^https?:$/.test(protocol)) return origin + pathname.replace(/\/+$/, '')
  throw new TypeError(`The address of a chiquito serve is one like http://127.0.0.1:8000, but is "${url}".`)
}

interface Ask extends AskOptions {
  readonly method?: string
  readonly body?: FormData | string
  readonly headers?: Readonly<Record<string, string>>
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isPredictAnswer(value: unknown): value is PredictAnswer {
  return isObject(value) && Array.isArray(value.photos) && typeof value.model === 'string'
}

function isModel(value: unknown): value is ServedModelFacts {
  return isObject(value) && Array.isArray(value.labels) && typeof value.id === 'string'
}

interface Named {
  readonly name: string
  readonly data: PhotoData
  readonly url?: string | undefined
}

function isList(photos: PhotoInput | readonly PhotoInput[]): photos is readonly PhotoInput[] {
  return Array.isArray(photos)
}

function named(photo: PhotoInput): Named {
  requirePhoto(photo)
  if (!isData(photo) && 'url' in photo)
    return { name: photo.name || 'photo', data: new Uint8Array(), url: photo.url }
  const { data, name } = isData(photo) ? { data: photo, name: undefined } : photo
  return { name: name || fileName(data) || 'photo', data }
}

/** By tag: where tests run in a realm of their own, bytes are of another class of the same name. */
function isData(value: unknown): value is PhotoData {
  return ArrayBuffer.isView(value) || /^\[object (Blob|File|ArrayBuffer)\]$/.test(tagOf(value))
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value)
}

/** Programs without types reach this, too. @throws TypeError */
function requirePhoto(photo: unknown): void {
  if (isData(photo)) return
  if (isObject(photo) && (typeof photo.url === 'string' || isData(photo.data))) return
  const got = typeof photo === 'string' ? `the text "${photo}"` : tagOf(photo)
  throw new TypeError(
    `A photo is a File or Blob, bytes, { data, name } or { url }, but is ${got}. A file of the disk is read first: { data: await readFile(path) }.`,
  )
}

/** Files say what they are called. */
function fileName(data: PhotoData): string | undefined {
  return 'name' in data && typeof data.name === 'string' ? data.name : undefined
}

function blobOf(data: PhotoData): Blob {
  return data instanceof Blob ? data : new Blob([data instanceof Uint8Array ? new Uint8Array(data) : data])
}

/** Characters that `String.fromCharCode` is given at a time: all at once would be too many arguments. */
const CHUNK = 8192

async function base64Of(data: PhotoData): Promise<string> {
  const bytes = new Uint8Array(await blobOf(data).arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(text)
}

/** What an answer says; undefined where it is no JSON, as a proxy on the way may answer with anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function problemOf(response: Response, document: unknown): ChiquitoProblem {
  const { type, detail, errors, photos } = isObject(document) ? document : {}
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ChiquitoProblem(
    response.status,
    typeof type === 'string' ? kindOf(type) : undefined,
    typeof detail === 'string'
      ? detail
      : `The server answered with ${response.status} ${response.statusText}`.trim(),
    Array.isArray(errors) ? errors : [],
    Array.isArray(photos) ? photos : [],
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  )
}
