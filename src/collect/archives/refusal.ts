import { ChiquitoError, messageOf } from '../../core/index.js'

/** Why an archive is not unpacked; the reason names the entry. */
export function refusal(archive: string, why: string): ChiquitoError {
  return new ChiquitoError('data', `"${archive}" cannot be unpacked: ${why}.`)
}

/** The refusal of an archive that is not what it should be. */
export function damage(archive: string, kind: string, error: unknown): ChiquitoError {
  const detail = messageOf(error).replace(/\.$/, '')
  return refusal(archive, `it is damaged or no ${kind} archive (${detail}); get it again`)
}

/** How an entry is called in a refusal. */
export function entry(name: string): string {
  return `entry ${JSON.stringify(name)}`
}
