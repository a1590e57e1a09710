import type { Answer } from './transfer.js'

/** What tells versions of a file apart: a strong ETag, else the date of the last change (RFC 9110, section 13.1.5). */
export function versionOf(answer: Answer): string | undefined {
  const tag = answer.header('etag')
  return tag?.startsWith('"') ? tag : answer.header('last-modified')
}
