import { ProblemError } from './problem.js'
import type { SentPhoto } from './sent-photo.js'

// Forms (multipart/form-data; RFC 7578, and RFC 2046, section 5.1) are read where they lie: the body is in memory, whole, so there is nothing
// to wait for, and nothing that could come too late or not at all.

/** RFC 2046, section 5.1.1. */
const MAX_BOUNDARY_CHARACTERS = 70

/** Of one part: a name, a file name and a type fit many times. */
const MAX_PART_HEADER_BYTES = 8 * 1024

const CRLF = Buffer.from('\r\n')
const HEADERS_END = Buffer.from('\r\n\r\n')
const END = '--'

/** A value with its parameters: `form-data; name="photo"; filename="a.jpg"`. */
interface HeaderValue {
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * The files of a form, in their order, whatever their fields are called. Their bytes are those of the body, not copies.
 *
 * @param type - the header Content-Type
 * @throws ProblemError `bad-request`, `invalid-request` for fields that are no files, `too-many-photos`
 */
export function photosOfForm(body: Buffer, type: string, most: number): SentPhoto[] {
  const photos: SentPhoto[] = []
  for (const { headers, bytes } of partsOf(body, boundaryOf(type))) {
    if (photos.length === most) throw tooMany(most)
    photos.push({ name: nameOfFile(headers), bytes })
  }
  return photos
}

export function tooMany(most: number): ProblemError {
  return new ProblemError(
    'too-many-photos',
    `The request holds more than ${most} photos. Send them in several requests.`,
  )
}

interface Part {
  readonly headers: ReadonlyMap<string, string>
  readonly bytes: Buffer
}

/** Each is read when it is asked for, so whoever has had enough stops. */
function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const line = Buffer.from(`\r\n--${boundary}`, 'latin1')
  // What stands before the first boundary is for nobody (RFC 2046); the first line has no end of a line before it.
  const first = line.subarray(CRLF.length)
  let at = body.subarray(0, first.length).equals(first) ? first.length : after(body, line, 0)
  while (body.toString('latin1', at, at + END.length) !== END) {
    const start = endOfLine(body, at)
    const next = body.indexOf(line, start - CRLF.length)
    if (next < 0) throw malformed('it ends before its last boundary')
    yield partOf(body.subarray(start, Math.max(start, next)))
    at = next + line.length
  }
}

/** Where what is looked for has ended. */
function after(body: Buffer, sought: Buffer, from: number): number {
  const at = body.indexOf(sought, from)
  if (at < 0) throw malformed('it has no line with the boundary that Content-Type names')
  return at + sought.length
}

/** Behind a boundary there may be blanks up to the end of its line. */
function endOfLine(body: Buffer, from: number): number {
  let at = from
  while (body[at] === 0x20 || body[at] === 0x09) at++
  if (at >= body.length) throw malformed('it ends before its last boundary')
  if (!body.subarray(at, at + CRLF.length).equals(CRLF)) throw malformed('a line begins as its boundaries do')
  return at + CRLF.length
}

function partOf(part: Buffer): Part {
  // A part without headers begins with the empty line that ends them.
  if (part.subarray(0, CRLF.length).equals(CRLF))
    return { headers: new Map(), bytes: part.subarray(CRLF.length) }
  const end = part.subarray(0, MAX_PART_HEADER_BYTES).indexOf(HEADERS_END)
  if (end < 0)
    throw malformed(
      part.length > MAX_PART_HEADER_BYTES
        ? `the headers of a part have more than ${MAX_PART_HEADER_BYTES} bytes`
        : 'the headers of a part do not end',
    )
  return { headers: headersOf(part.toString('utf8', 0, end)), bytes: part.subarray(end + HEADERS_END.length) }
}

function headersOf(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  // A line that begins with a blank goes on with the one before.
  for (const line of text.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) throw malformed('a header of a part has no name')
    const name = line.slice(0, colon).trim().toLowerCase()
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return headers
}

/** @throws ProblemError `bad-request`; `invalid-request` for a field that is no file */
function nameOfFile(headers: ReadonlyMap<string, string>): string {
  const { value, parameters } = headerValue(headers.get('content-disposition') ?? '')
  if (value !== 'form-data') throw malformed('a part has no header "Content-Disposition: form-data"')
  const field = parameters.get('name') ?? ''
  const file = encodedName(parameters.get('filename*')) ?? parameters.get('filename')
  if (file === undefined && !isPhotoType(headerValue(headers.get('content-type') ?? '').value))
    throw new ProblemError(
      'invalid-request',
      `The form has a field ${JSON.stringify(field.slice(0, 80))} that is no file. Send photos alone, each with a file name: curl -F photo=@cat.jpg`,
    )
  return lastOf(file ?? '') || field || 'photo'
}

function isPhotoType(type: string): boolean {
  return type.startsWith('image/') || type === 'application/octet-stream'
}

/** Some browsers and programs send the whole path. */
function lastOf(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? ''
  return name === '.' || name === '..' ? '' : name
}

/** `UTF-8''%e2%82%ac.jpg` (RFC 8187), which some libraries write; undefined for what is none. */
function encodedName(text: string | undefined): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(text ?? '') ?? []
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/** The boundary that a Content-Type names. */
function boundaryOf(type: string): string {
  const boundary = headerValue(type).parameters.get('boundary') ?? ''
  if (boundary === '') throw malformed('the header Content-Type names no boundary')
  if (boundary.length > MAX_BOUNDARY_CHARACTERS)
    throw malformed(`its boundary has more than ${MAX_BOUNDARY_CHARACTERS} characters`)
  return boundary
}

/** Names of parameters in small letters; of one that is given twice the first counts. */
function headerValue(text: string): HeaderValue {
  const [value] = text.split(';', 1)
  const parameters = new Map<string, string>()
  // Each begins where the one before ended, so that no text takes long.
  const parameter = /;[ \t]*([^\s=;"]*)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*)))?[^;]*/sy
  parameter.lastIndex = value.length
  for (let match = parameter.exec(text); match !== null; match = parameter.exec(text)) {
    const [, name, quoted, plain = ''] = match
    const key = name.toLowerCase()
    if (key === '' || parameters.has(key)) continue
    // Of what stands between quotes only these two are escaped: a backslash before others is one of a path.
    parameters.set(key, quoted === undefined ? plain.trim() : quoted.replace(/\\(["\\])/g, '$1'))
  }
  return { value: value.trim().toLowerCase(), parameters }
}

function malformed(why: string): ProblemError {
  return new ProblemError(
    'bad-request',
    `The form (multipart/form-data) cannot be read: ${why}. Let a library or curl -F write it.`,
  )
}
