/** Starts work on up to `count` items ahead of the one waited for; results come in the items' order. */
export async function* ahead<T, R>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const started: Promise<R>[] = []
  let next = 0
  while (started.length > 0 || next < items.length) {
    while (started.length < count && next < items.length) {
      const result = work(items[next++])
      // Thrown where it is waited for; nobody waits once the work was stopped.
      result.catch(() => undefined)
      started.push(result)
    }
    const first = started.shift()
    if (first) yield await first
  }
}
