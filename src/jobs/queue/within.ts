import { pause } from '../../core/index.js'

/** Whether something ended, well or not, within so many milliseconds. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const late = new AbortController()
  const ended = promise.then(
    () => true,
    () => true,
  )
  const isEnded = await Promise.race([ended, pause(ms, late.signal).then(() => false)])
  late.abort()
  return isEnded
}
