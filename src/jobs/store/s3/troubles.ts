import { messageOf } from '../../../core/index.js'

/** What went wrong with a question to S3. */
export interface Trouble {
  /** As it is told: never the SDK's own words, which may hold keys and what was signed. */
  readonly reason: string
  /** Whether it may be over in a while. */
  readonly passes: boolean
}

/** What S3 and those who speak as it does answer, by the code of the error. */
const refusals: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket. Make it, or correct --store',
  InvalidBucketName: 'the name of the bucket is not accepted there. Correct --store',
  AccessDenied:
    'access is denied. Who uses it must be allowed s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject in it',
  InvalidAccessKeyId: 'the access key is not known there. Correct AWS_ACCESS_KEY_ID or the profile',
  SignatureDoesNotMatch: 'the secret key is wrong. Correct AWS_SECRET_ACCESS_KEY or the profile',
  ExpiredToken: 'the session token has run out. Get a new one',
  InvalidToken: 'the session token is not accepted. Correct AWS_SESSION_TOKEN, or leave it out',
  PermanentRedirect: 'the bucket lies in another region. Set AWS_REGION',
  AuthorizationHeaderMalformed: 'the bucket lies in another region. Set AWS_REGION',
  RequestTimeTooSkewed: 'the clock of this machine is wrong. Set it',
  CredentialsProviderError:
    'there are no keys. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; where the machine has a role, it does not answer',
}

const alike: Readonly<Record<string, string>> = {
  AllAccessDisabled: 'AccessDenied',
  Forbidden: 'AccessDenied',
  UnrecognizedClientException: 'InvalidAccessKeyId',
  ExpiredTokenException: 'ExpiredToken',
  TokenRefreshRequired: 'ExpiredToken',
  IllegalLocationConstraintException: 'PermanentRedirect',
}

const byStatus: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  401: 'AccessDenied',
  403: 'AccessDenied',
}

const NO_S3 = 'what answers there is no S3 server. Correct AWS_ENDPOINT_URL_S3'

/** What was kept did not come back. */
export class NoS3Error extends Error {}

/** Of the way there, which waiting does not mend. */
const wrongWays: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /certificate|CERT_|self.signed|altname/i,
    'its certificate is not trusted here (NODE_EXTRA_CA_CERTS names a file of those that are)',
  ],
  [
    /wrong version number|EPROTO|packet length too long/i,
    'it does not speak TLS there: try http:// instead of https://',
  ],
  [
    /Invalid URL|ERR_INVALID_URL|unsupported protocol/i,
    'AWS_ENDPOINT_URL is no address such as https://host:9000',
  ],
  [/Unexpected token|deserializ|char '|is not expected|XML|HPE_/i, NO_S3],
]

const absences: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name of the host is not known'],
  [/ECONNRESET|EPIPE|socket hang up|aborted|premature/i, 'the connection broke off'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|TimeoutError|timed? ?out/i, 'it does not answer'],
]

/** Answers that ask for patience. */
const busy = new Set([408, 425, 429])

export function troubleOf(error: unknown): Trouble {
  const status = statusOf(error)
  const text = textOf(error)
  const name = error instanceof Error ? error.name : ''
  const code = alike[name] ?? name
  if (Object.hasOwn(refusals, code)) return { reason: refusals[code], passes: false }
  if (status !== undefined && (status >= 500 || busy.has(status) || name === 'SlowDown'))
    return { reason: `it answers with HTTP status ${status}`, passes: true }
  if (status !== undefined && Object.hasOwn(byStatus, status))
    return { reason: refusals[byStatus[status]], passes: false }
  if (error instanceof NoS3Error || status === 404 || status === 405) return { reason: NO_S3, passes: false }
  const way = wrongWays.find(([pattern]) => pattern.test(text))
  if (way) return { reason: way[1], passes: false }
  const absence = absences.find(([pattern]) => pattern.test(text))
  if (absence) return { reason: absence[1], passes: true }
  const said = /^[A-Za-z0-9]{1,60}$/.test(name) ? name : 'an error without a name'
  const how = status === undefined ? '' : ` (HTTP status ${status})`
  return { reason: `it answers with ${said}${how}`, passes: false }
}

/** Whether it is that there is nothing under a name; a bucket that is not there is another matter. */
export function isAbsent(error: unknown): boolean {
  const name = error instanceof Error ? error.name : ''
  return name === 'NoSuchKey' || name === 'NotFound' || (statusOf(error) === 404 && name !== 'NoSuchBucket')
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  const { $metadata: told } = error
  if (typeof told !== 'object' || told === null || !('httpStatusCode' in told)) return undefined
  return typeof told.httpStatusCode === 'number' ? told.httpStatusCode : undefined
}

/** Name, message and code; of several attempts (IPv6, IPv4) those of each. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join(' ')
  const name = error instanceof Error ? error.name : ''
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return `${name} ${messageOf(error)} ${code}`
}
