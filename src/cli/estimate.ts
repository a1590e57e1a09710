import { type ProgressEvent, roughTime, shortTime } from '../core/index.js'

/** How long the whole work takes still. */
export type Estimate = Pick<Extract<ProgressEvent, { kind: 'estimate' }>, 'seconds' | 'perhaps'>

/** A new estimate is as good as the last one where they differ by no more than this part of it, or so many seconds. */
const alike = { part: 0.2, seconds: 2 }

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
    const isNear = (before: number, now: number) =>
      Math.abs(before - since - now) <= Math.max(alike.seconds, alike.part * now)
    if (
      news.seconds === 0 ||
      !isNear(shown.seconds, news.seconds) ||
      shown.perhaps?.when !== news.perhaps?.when
    )
      return false
    return !shown.perhaps || !news.perhaps || isNear(shown.perhaps.seconds, news.perhaps.seconds)
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
  const [least, most] = [seconds - since, (perhaps?.seconds ?? 0) - since]
  if (perhaps === undefined || roughTime(most) === roughTime(least))
    return [least < almostDone ? 'almost done' : `about ${roughTime(least)} to go`]
  return [
    `about ${roughTime(least)} to go, ${roughTime(most)} if ${perhaps.when}`,
    `${range(shortTime(least), shortTime(most))} to go`,
  ]
}

/** "25 to 40 s", "25 s to 1.5 min". */
function range(least: string, most: string): string {
  if (least === most) return `about ${most}`
  const [number, unit] = least.split(' ')
  return most.endsWith(` ${unit}`) ? `${number} to ${most}` : `${least} to ${most}`
}
