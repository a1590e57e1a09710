import { onTestFinished } from 'vitest'
import { serve, type TestServer } from '../server.js'

/** A photo that a test's source offers. */
export interface OfferedPhoto {
  readonly address: string
  readonly page?: string
  readonly title?: string
  readonly creator?: string
  /** Code and version, such as `by-sa 4.0`. */
  readonly licence?: string
}

/** An answer in place of the source's own. */
export interface OtherAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What can be wrong with a source, switched on by setting it. */
export interface Faults {
  /** Given one by one before anything else is answered: rate limits, pages of other programs. */
  instead: OtherAnswer[]
  /** Every page's cursor leads to itself. */
  repeatsCursor: boolean
  /** Every page has the photos of the first. */
  repeatsPage: boolean
  /** Changes each answer (JSON as objects, HTML as text) before it is sent. */
  change: (answer: unknown) => unknown
}

/** A server on this machine that answers as a source is documented to. */
export interface FakeSource extends TestServer {
  readonly photos: OfferedPhoto[]
  readonly faults: Faults
  /** Server names, `host:port`, as they are allowed. */
  readonly host: string
}

/** What a source's server makes of a question. */
export interface Question {
  readonly url: URL
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly method: string
  /** Of a form that was sent. */
  readonly form: URLSearchParams
  readonly photos: readonly OfferedPhoto[]
  readonly faults: Faults
}

export type Reply =
  | { readonly json: unknown; readonly status?: number }
  | { readonly html: string }
  | OtherAnswer

/** Makes a source of what it answers. */
export async function fakeSource(
  photos: readonly OfferedPhoto[],
  answer: (question: Question) => Reply,
): Promise<FakeSource> {
  const faults: Faults = { instead: [], repeatsCursor: false, repeatsPage: false, change: same => same }
  const offered = [...photos]
  const server = await serve(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(Buffer.from(part))
    const other = faults.instead.shift()
    const question: Question = {
      url: new URL(request.url ?? '', server.address),
      headers: request.headers,
      method: request.method ?? '',
      form: new URLSearchParams(Buffer.concat(parts).toString()),
      photos: offered,
      faults,
    }
    const { status, headers, body } = other ?? sent(answer(question), faults)
    response.writeHead(status ?? 200, headers).end(body)
  })
  onTestFinished(() => void faults.instead.splice(0))
  return { ...server, photos: offered, faults, host: server.address.replace('http://', '') }
}

function sent(reply: Reply, { change }: Faults): OtherAnswer {
  if ('json' in reply) {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    return { status: reply.status ?? 200, headers, body: JSON.stringify(change(reply.json)) }
  }
  if ('html' in reply)
    return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: String(change(reply.html)) }
  return reply
}

/** The photos of a page. */
export function slice({ photos, faults }: Question, from: number, count: number): readonly OfferedPhoto[] {
  const begin = faults.repeatsPage ? 0 : from
  return photos.slice(begin, begin + count)
}

/** `by-sa 4.0` in its two parts. */
export function licenceParts(licence: string | undefined): [string, string | undefined] {
  const [code, version] = (licence ?? 'by 4.0').split(' ')
  return [code, version]
}

/** Escaped for HTML, in attributes too. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, mark => `&#${mark.charCodeAt(0)};`)
}

/** Where a licence of Creative Commons stands. */
export function licenceAddress(licence: string | undefined): string {
  const [code, version = '4.0'] = licenceParts(licence)
  if (code === 'cc0') return 'https://creativecommons.org/publicdomain/zero/1.0/'
  if (code === 'pdm') return 'https://creativecommons.org/publicdomain/mark/1.0/'
  return `https://creativecommons.org/licenses/${code}/${version}/`
}

/** So many photos on a server, each of its own address, page, title and creator. */
export function offered(count: number, server = 'https://photos.example.org'): OfferedPhoto[] {
  const licences = ['by 4.0', 'by-sa 3.0', 'cc0 1.0', 'by-nc 2.0', 'by-nd 4.0', 'pdm 1.0', 'by-nc-nd 2.0']
  return Array.from({ length: count }, (_, i) => ({
    address: `${server}/${i + 1}.jpg`,
    page: `https://pages.example.org/${i + 1}`,
    title: `Photo ${i + 1}`,
    creator: `Ana ${i + 1}`,
    licence: licences[i % licences.length],
  }))
}
