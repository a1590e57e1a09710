import type { Progress } from '../core/index.js'

/** Tells which share of its time a piece of work has had, by what it says that it takes still: never less than before, never all of it. */
export function shareDone(
  tell: (share: number) => void,
  now: () => number = () => performance.now(),
): Progress {
  const began = now()
  let last = 0
  return event => {
    if (event.kind !== 'estimate') return
    const seconds = (now() - began) / 1000
    const share = seconds / (seconds + event.seconds)
    // Whole is what has ended.
    if (share <= last || share >= 1) return
    last = share
    tell(share)
  }
}
