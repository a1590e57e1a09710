import { hashDistance } from '../../images/index.js'
import { type Refused, refused } from '../downloader/index.js'

/**
 * Two photos whose perceptual hashes differ in no more bits than this look the same. Half of the 64 bits differ between
 * photos that have nothing to do with each other; a photo made smaller or saved anew differs from itself in two or so.
 */
export const NEAR_BITS = 6

interface Looks {
  readonly sha256: string
  readonly phash: string
}

/** What has been collected, to tell copies of it. */
export class Copies {
  private readonly files = new Map<string, string>()
  private readonly seen: { readonly phash: string; readonly file: string }[] = []

  add({ sha256, phash }: Looks, file: string): void {
    this.files.set(sha256, file)
    this.seen.push({ phash, file })
  }

  /** Why a photo does not count, where it is a copy. */
  find({ sha256, phash }: Looks): Refused | undefined {
    const same = this.files.get(sha256)
    if (same !== undefined) return refused('copy', `the same file as "${same}"`)
    const near = this.seen.find(one => hashDistance(one.phash, phash) <= NEAR_BITS)
    return near && refused('near-copy', `looks the same as "${near.file}"`)
  }
}
