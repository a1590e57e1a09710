import { refusal } from './refusal.js'

/** A large data set has tens of thousands of photos; a million entries is an attack on memory and disk. */
const DEFAULT_MAX_ENTRIES = 200_000

/** All files together, unpacked: twice the largest download. */
const DEFAULT_MAX_BYTES = 8 * 1024 ** 3

/** Photos hardly shrink, texts to a tenth; deflate can reach a thousandth, with nothing but repetition. */
const MAX_RATIO = 200

/** Small files of one colour do shrink that much, and are harmless. */
const RATIO_FROM_BYTES = 4 * 1024 * 1024

export interface ArchiveLimits {
  readonly maxEntries?: number | undefined
  readonly maxBytes?: number | undefined
}

/** Counts what comes out of an archive, and refuses more than its limits. */
export class Budget {
  private entries = 0
  private bytes = 0
  private readonly maxEntries: number
  private readonly maxBytes: number

  constructor(
    private readonly archive: string,
    { maxEntries = DEFAULT_MAX_ENTRIES, maxBytes = DEFAULT_MAX_BYTES }: ArchiveLimits,
  ) {
    this.maxEntries = maxEntries
    this.maxBytes = maxBytes
  }

  /** An entry of so many bytes is to come. @throws `data` */
  add(bytes: number): void {
    this.requireEntries(++this.entries)
    this.bytes += bytes
    if (this.bytes > this.maxBytes)
      throw refusal(this.archive, `unpacked it takes over ${this.maxBytes} bytes, the limit`)
  }

  /** @throws `data` for an archive that announces more entries than are unpacked */
  requireEntries(count: number): void {
    if (count > this.maxEntries)
      throw refusal(this.archive, `it has ${count} entries or more; at most ${this.maxEntries} are unpacked`)
  }
}

/** How many times so many bytes grew, where it is more than anything but a bomb does. */
export function bombRatio(compressed: number, unpacked: number): number | undefined {
  if (unpacked <= RATIO_FROM_BYTES || unpacked <= compressed * MAX_RATIO) return undefined
  return Math.round(unpacked / Math.max(compressed, 1))
}
