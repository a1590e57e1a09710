import { hashDistance } from '../../images/index.js'
import { type Refused, refused } from '../downloader/index.js'

/**
 * Two photos whose perceptual hashes differ in no more bits than this look the same. Among 145,000 pairs of the article's
 * photos no two different ones came nearer than 10, and smaller or coarser copies differ in 6 at most
 * (docs/decisions/0038-collecting.md).
 */
const NEAR_BITS = 8

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
