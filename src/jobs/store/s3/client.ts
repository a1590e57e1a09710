import type { S3Client } from '@aws-sdk/client-s3'
import { optionalPackage } from '../../optional-package.js'

type Sdk = typeof import('@aws-sdk/client-s3')

/** A server that is there takes a connection at once. */
const CONNECT_MS = 5000
/** Silence on a connection, after which the other end is gone. */
const SILENCE_MS = 30_000
/** Enough for all jobs that one asker has in the queue at a time. */
const SOCKETS = 256

/** Servers that are not Amazon's mostly do not look at it, but it is part of every signature. */
const USUAL_REGION = 'us-east-1'

export interface S3Package {
  readonly sdk: Sdk
  readonly client: S3Client
  /** The server that was named, without user and password; undefined for Amazon's. */
  readonly endpoint: string | undefined
}

/**
 * The client of Amazon's SDK. Keys, roles, profiles, region and the address of another server are read where it reads them: the
 * environment, `~/.aws`, the machine's role.
 *
 * @throws `usage` where the package is missing
 */
export async function s3Package(): Promise<S3Package> {
  // It would say in the middle of ours that versions to come need a later Node.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const sdk = await optionalPackage(
    () => import('@aws-sdk/client-s3'),
    'A store in S3 needs the client of the AWS SDK: npm install @aws-sdk/client-s3@3, where chiquito is installed.',
  )
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env
  const named = AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || undefined
  const options = {
    // Names of buckets as part of a host's name need a DNS of their own, which few other servers have.
    forcePathStyle: named !== undefined,
    // Checksums of later years are not understood everywhere; what comes back is checked by its hash.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
    },
  } as const
  const client = new sdk.S3Client(options)
  return { sdk, client: await withRegion(sdk, client, options), endpoint: shown(named) }
}

/** The command line of AWS reads AWS_DEFAULT_REGION, its SDK for JavaScript does not. */
async function withRegion(
  sdk: Sdk,
  client: S3Client,
  options: ConstructorParameters<Sdk['S3Client']>[0],
): Promise<S3Client> {
  try {
    await client.config.region()
    return client
  } catch {
    client.destroy()
    return new sdk.S3Client({ ...options, region: process.env.AWS_DEFAULT_REGION || USUAL_REGION })
  }
}

function shown(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined
  return URL.canParse(endpoint) ? new URL(endpoint).origin : 'the address in AWS_ENDPOINT_URL'
}
