import type { Failure, Progress } from '../../core/index.js'

/** Says the first reason why jobs came back undone: who asked does them then, and would never know that others are of no use. */
export function tellFailures(progress: Progress | undefined): (failure: Failure | undefined) => void {
  let isTold = false
  return failure => {
    if (failure === undefined || isTold) return
    isTold = true
    progress?.({
      kind: 'notice',
      message: `What others could not do is done here. The first reason: ${failure.message}`,
    })
  }
}
