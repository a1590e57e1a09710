import type { Interval } from '../metrics.js'

/** As far below an accuracy its interval may reach before that has to be said first. */
const FAR = 0.06

/**
 * What to say of a share that so few photos do not bear out: "98 % of 50 photos: it may be 90 %". Undefined where its 95 % interval
 * reaches no more than 6 points below it.
 *
 * @param what - the photos, as in "validation photos"
 */
export function mayBe(
  {
    accuracy,
    count,
    interval,
  }: { readonly accuracy: number; readonly count: number; readonly interval: Interval },
  what = 'photos',
): string | undefined {
  const [low] = interval
  if (accuracy - low <= FAR) return undefined
  return `${percent(accuracy)} % of ${count} ${count === 1 ? what.replace(/s$/, '') : what}: it may be ${percent(low)} %`
}

function percent(share: number): number {
  return Math.round(share * 100)
}
