import { type ProgressEvent, roughTime, shortTime } from '../core/index.js'

/** How long the whole work takes still. */
export type Estimate = Pick<Extract<ProgressEvent, { kind: 'estimate' }>, 'seconds' | 'perhaps'>

/** Estimates are as good as each other where they differ by no more than this part of one, or so many seconds. */
const near = { part: 0.2, seconds: 2 }

/** Below so many seconds nobody counts. */
const almostDone = 1.5

/**
 * An estimate as it is shown. It counts down by itself, and gives way to a new one only where that is clearly another: what
 * goes up and down with every photo says nothing.
 */
export class ShownEstimate {
  private shown: (Estimate & { readonly at: number }) | undefined

  /** @param now - milliseconds, of any origin */
  constructor(private readonly now: () => number) {}

  take(news: Estimate): void {
    if (!this.shown || !this.isAlike(this.shown, news)) this.shown = { ...news, at: this.now() }
  }

  /** In more and in fewer words; none as long as nothing is known. */
  get words(): string[] {
    const { shown } = this
    return shown ? toGo(shown, this.since(shown)) : []
  }

  private isAlike(shown: Estimate & { readonly at: number }, news: Estimate): boolean {
    const since = this.since(shown)
    if (news.seconds === 0 || shown.perhaps?.when !== news.perhaps?.when) return false
    if (!isNear(shown.seconds - since, news.seconds)) return false
    return !shown.perhaps || !news.perhaps || isNear(shown.perhaps.seconds - since, news.perhaps.seconds)
  }

  private since({ at }: { readonly at: number }): number {
    return (this.now() - at) / 1000
  }
}

/**
 * An estimate in words, first in more, then in fewer: "about 25 s to go, 40 s if fine-tuning pays", "25 to 40 s to go". None where
 * nothing is to be done any more.
 *
 * @param since - seconds that have passed since it was made
 */
export function toGo({ seconds, perhaps }: Estimate, since = 0): string[] {
  if (seconds === 0) return []
  const least = seconds - since
  const most = Math.max(least, (perhaps?.seconds ?? 0) - since)
  if (perhaps === undefined) return [oneEnd(least)]
  if (isNear(least, most)) return [oneEnd(most)]
  return [
    `about ${roughTime(least)} to go, ${roughTime(most)} if ${perhaps.when}`,
    `${range(shortTime(least), shortTime(most))} to go`,
  ]
}

function oneEnd(seconds: number): string {
  return seconds < almostDone ? 'almost done' : `about ${roughTime(seconds)} to go`
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= Math.max(near.seconds, near.part * other)
}

/** "25 to 40 s", "25 s to 1.5 min". */
function range(least: string, most: string): string {
  if (least === most) return `about ${most}`
  const [number, unit] = least.split(' ')
  return most.endsWith(` ${unit}`) ? `${number} to ${most}` : `${least} to ${most}`
}
