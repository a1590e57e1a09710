import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { ChiquitoError, messageOf, throwIfAborted } from '../../core/index.js'
import { child, FolderReader } from './folder-reader.js'
import type { OddityCounter } from './oddities.js'

/** A file that may be a photo; or, with the reason, a folder that may not be read. */
export interface WalkedPath {
  /** Begins with the folder as it was given. */
  readonly path: string
  readonly reason?: string | undefined
}

export interface WalkOptions {
  /** Also follow links that lead out of the folder; only for data of one's own. */
  readonly followLinks?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Every file in a folder, at any depth, that is not plainly something else, as {@link photosBelow} takes them, but one after the other:
 * memory holds one folder's names at a time. A folder's own files come first, then its folders, each sorted by code unit.
 *
 * Links to folders inside are not followed, as what they lead to is met under its own name.
 *
 * @param oddities - counts what is left out
 * @throws `io`, `data` when the folder itself is not there, cannot be read, or holds a run; `interrupted`
 */
export async function* walkPhotos(
  folder: string,
  oddities: OddityCounter,
  { followLinks = false, signal }: WalkOptions = {},
): AsyncGenerator<WalkedPath> {
  const reader = await FolderReader.open(folder, oddities, followLinks)
  const links = new FollowedLinks(reader.root)
  yield* walk('', reader.root)

  /** @param real - the folder without links */
  async function* walk(inner: string, real: string): AsyncGenerator<WalkedPath> {
    throwIfAborted(signal)
    const path = inner === '' ? folder : join(folder, inner)
    const listing = await reader.look(inner).catch(refusedFolder)
    if ('reason' in listing) return yield { path, reason: listing.reason }
    for (const name of listing.files) yield { path: join(path, name) }
    for (const name of listing.folders) {
      const next = child(inner, name)
      const target = await realpath(join(reader.root, next)).catch(() => undefined)
      const isPlain = target === undefined || target === join(real, name)
      if (isPlain || links.follow(target)) yield* walk(next, target ?? join(real, name))
      else oddities.add('link-loop', next)
    }
  }
}

/** Where links have led so far, which are few: what they lead to again is not read twice, nor in a circle. */
class FollowedLinks {
  private readonly targets: string[]

  constructor(private readonly root: string) {
    this.targets = [root]
  }

  /** Whether a link to that folder is to be followed. */
  follow(target: string): boolean {
    const isRead = this.targets.some(one => target === one || target.startsWith(one + sep))
    const isAround = this.root.startsWith(target === sep ? sep : target + sep)
    if (isRead || isAround) return false
    this.targets.push(target)
    return true
  }
}

function refusedFolder(error: unknown): { readonly reason: string } {
  if (!(error instanceof ChiquitoError) || error.code !== 'io') throw error
  return { reason: withoutFolder(messageOf(error)) }
}

/** Why a folder may not be read, without its name. */
export function withoutFolder(message: string): string {
  return message.replace(/^Cannot read the folder ".*": /s, '').replace(/\.$/, '')
}
