import type { RefusalReason } from '../downloader/index.js'

/** What became of the photos of one source. */
export interface SourceTally {
  readonly source: string
  found: number
  kept: number
  refused: number
}

/** Counts what becomes of photos. */
export class Tally {
  readonly sources = new Map<string, SourceTally>()
  readonly reasons = new Map<RefusalReason, number>()
  private readonly started = performance.now()

  found(source: string): void {
    this.of(source).found++
  }

  kept(source: string): void {
    this.of(source).kept++
  }

  refused(source: string, reason: RefusalReason): void {
    this.of(source).refused++
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }

  /** For a line of progress: `12.3/s; openverse 120, commons 30; refused 14 (gone 9, small 5)`. */
  note(): string {
    const sources = [...this.sources.values()]
    const kept = sources.reduce((sum, one) => sum + one.kept, 0)
    const rate = kept / ((performance.now() - this.started) / 1000)
    const parts = [`${rate.toFixed(1)}/s`, sources.map(one => `${one.source} ${one.kept}`).join(', ')]
    const reasons = [...this.reasons].sort((a, b) => b[1] - a[1])
    if (reasons.length > 0) {
      const total = reasons.reduce((sum, [, count]) => sum + count, 0)
      parts.push(`refused ${total} (${reasons.map(([reason, count]) => `${reason} ${count}`).join(', ')})`)
    }
    return parts.join('; ')
  }

  private of(source: string): SourceTally {
    const known = this.sources.get(source)
    if (known !== undefined) return known
    const fresh = { source, found: 0, kept: 0, refused: 0 }
    this.sources.set(source, fresh)
    return fresh
  }
}
