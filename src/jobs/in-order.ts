/**
 * Works on up to `count` items of a list ahead of the one waited for, and gives the results in the items' order. Unlike `ahead` of an
 * array it takes a list that is still being made, and no more of it than that.
 */
export async function* inOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  count: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const list = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const started: Promise<R>[] = []
  let isEnded = false
  try {
    for (;;) {
      while (!isEnded && started.length < count) {
        const next = await list.next()
        if (next.done) {
          isEnded = true
          break
        }
        const result = work(next.value)
        // Thrown where it is waited for; nobody waits once the work was stopped.
        result.catch(() => undefined)
        started.push(result)
      }
      const first = started.shift()
      if (!first) return
      yield await first
    }
  } finally {
    await Promise.allSettled(started)
    if (!isEnded) await list.return?.()
  }
}
