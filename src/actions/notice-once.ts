import type { Progress } from '../core/index.js'

/** Tells a notice where progress goes, and the same words once only: a device that is not there is missed many times. */
export function noticeOnce(progress: Progress | undefined): (message: string) => void {
  const told = new Set<string>()
  return message => {
    if (told.has(message)) return
    told.add(message)
    progress?.({ kind: 'notice', message })
  }
}
