import { type ProgressEvent, roughTime } from '../core/index.js'

/** How long the whole work takes still. */
export type Estimate = Pick<Extract<ProgressEvent, { kind: 'estimate' }>, 'seconds' | 'perhaps'>

/**
 * An estimate in words, first in more, then in fewer: "about 25 s to go, 1 min if fine-tuning pays", "25 s to 1 min to go".
 *
 * @param since - seconds that have passed since it was made
 */
export function toGo({ seconds, perhaps }: Estimate, since = 0): string[] {
  const least = roughTime(seconds - since)
  const most = perhaps && roughTime(perhaps.seconds - since)
  if (perhaps === undefined || most === undefined || most === least) return [`about ${least} to go`]
  return [`about ${least} to go, ${most} if ${perhaps.when}`, `${least} to ${most} to go`]
}
