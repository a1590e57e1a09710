/** What can be wrong with a request or a photo, by the last part of a problem's `type`. */
export const problemKinds = {
  'bad-request': { status: 400, title: 'The request is malformed' },
  unauthorized: { status: 401, title: 'The token is missing or wrong' },
  'wrong-host': { status: 403, title: 'The server does not answer under this name' },
  'wrong-origin': { status: 403, title: 'Pages of this origin may not ask' },
  'addresses-off': { status: 403, title: 'Photos are not fetched from addresses' },
  'private-address': { status: 403, title: 'The address is not a public one' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'too-slow': { status: 408, title: 'The request took too long to arrive' },
  'too-large': { status: 413, title: 'The request is too large' },
  'too-many-photos': { status: 413, title: 'The request holds too many photos' },
  'unsupported-type': { status: 415, title: 'The body is of a type that is not read' },
  'invalid-request': { status: 422, title: 'The request does not fit its description' },
  'unreadable-photo': { status: 422, title: 'The photo cannot be read' },
  'unreadable-photos': { status: 422, title: 'None of the photos can be read' },
  'unfetched-photo': { status: 422, title: 'The photo cannot be fetched' },
  busy: { status: 429, title: 'Too many photos are waiting' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  failed: { status: 500, title: 'The server failed' },
  stopping: { status: 503, title: 'The server is stopping' },
  'not-ready': { status: 503, title: 'The model is not ready' },
  'too-long': { status: 503, title: 'The answer took too long' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>

export type ProblemKind = keyof typeof problemKinds

/** A problem's `type` is this and its kind. */
export const PROBLEM_PREFIX = 'urn:chiquito:problem:'

/** Which kind of problem a `type` names; undefined for one of a later release. */
export function kindOf(type: string): ProblemKind | undefined {
  const kind = type.startsWith(PROBLEM_PREFIX) ? type.slice(PROBLEM_PREFIX.length) : ''
  return isKind(kind) ? kind : undefined
}

function isKind(text: string): text is ProblemKind {
  return Object.hasOwn(problemKinds, text)
}
