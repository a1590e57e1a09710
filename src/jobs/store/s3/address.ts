import { ChiquitoError } from '../../../core/index.js'

/** A place in a bucket of S3, or of what speaks as it does. */
export interface S3Address {
  readonly bucket: string
  /** Folder in it: empty, or names with a slash after each. */
  readonly prefix: string
}

/** Names of buckets, older ones among them. */
const address = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])((?:\/[A-Za-z0-9!_.'()-]+)*)\/*$/i

/** Of S3, which counts what we put behind a prefix, too. */
const MAX_PREFIX = 500

/** @throws `usage` for what is no such address; the message never repeats it, as somebody may have put keys into it */
export function s3Address(text: string): S3Address {
  const [, bucket, folders = ''] = address.exec(text) ?? []
  const parts = folders.split('/').slice(1)
  if (bucket === undefined || folders.length > MAX_PREFIX || parts.some(part => /^\.{1,2}$/.test(part)))
    throw new ChiquitoError(
      'usage',
      "A store in S3 is named s3://BUCKET/FOLDER, in letters, digits and - _ . ! ( ) '. Keys do not belong there: they are read from " +
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the address of a server other than Amazon's from AWS_ENDPOINT_URL_S3.",
    )
  return { bucket, prefix: parts.map(part => `${part}/`).join('') }
}
