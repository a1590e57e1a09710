import { type ProgressEvent, roughTime } from '../core/index.js'

/** How long the whole work takes still. */
export type Estimate = Pick<Extract<ProgressEvent, { kind: 'estimate' }>, 'seconds' | 'perhaps'>

/**
 * An estimate in words, first in more, then in fewer: "about 25 s to go, 40 s if fine-tuning pays", "25 to 40 s to go".
 *
 * @param since - seconds that have passed since it was made
 */
export function toGo({ seconds, perhaps }: Estimate, since = 0): string[] {
  const least = roughTime(seconds - since)
  const most = perhaps && roughTime(perhaps.seconds - since)
  if (perhaps === undefined || most === undefined || most === least) return [`about ${least} to go`]
  return [`about ${least} to go, ${most} if ${perhaps.when}`, `${withoutUnit(least, most)} to ${most} to go`]
}

/** "25 s" beside "40 s" is 25. */
function withoutUnit(least: string, most: string): string {
  const [number, ...unit] = least.split(' ')
  return most.split(' ').slice(1).join(' ') === unit.join(' ') ? number : least
}
