/** Events in the order of their time; of equal times, the one that was put first. */
export class EventHeap<T> {
  private readonly entries: { readonly at: number; readonly order: number; readonly event: T }[] = []
  private count = 0

  put(at: number, event: T): void {
    const { entries } = this
    let place = entries.push({ at, order: this.count++, event }) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.isBefore(place, above)) break
      this.swap(place, above)
      place = above
    }
  }

  take(): { readonly at: number; readonly event: T } | undefined {
    const { entries } = this
    const [first] = entries
    const last = entries.pop()
    if (last === undefined || entries.length === 0) return first
    entries[0] = last
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2]
      let next = place
      if (left < entries.length && this.isBefore(left, next)) next = left
      if (right < entries.length && this.isBefore(right, next)) next = right
      if (next === place) return first
      this.swap(place, next)
      place = next
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.entries[a], this.entries[b]]
    return one.at < other.at || (one.at === other.at && one.order < other.order)
  }

  private swap(a: number, b: number): void {
    const { entries } = this
    const one = entries[a]
    entries[a] = entries[b]
    entries[b] = one
  }
}
