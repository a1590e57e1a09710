/** What is expensive to open, and needed by the next job, too: a network. */
export interface Closeable {
  close(): Promise<void> | void
}

interface Entry<T> {
  readonly thing: Promise<T>
  users: number
}

/** Keeps what was used last open from job to job; what nobody uses any more is closed when others take its place. */
export class LastUsed<T extends Closeable> {
  private readonly entries = new Map<string, Entry<T>>()

  /** @param most - things kept open that nobody uses: each may take some hundred megabytes */
  constructor(private readonly most = 1) {}

  /**
   * Works with what was opened under a name, or opens it.
   *
   * @param name - all that what is opened depends on
   */
  async use<R>(name: string, open: () => Promise<T>, work: (thing: T) => Promise<R>): Promise<R> {
    const entry = this.entries.get(name) ?? { thing: open(), users: 0 }
    this.touch(name, entry)
    entry.users++
    try {
      return await work(await entry.thing)
    } finally {
      entry.users--
      // What could not be opened is tried again by whoever needs it next.
      if (await isLost(entry.thing)) this.entries.delete(name)
      else this.touch(name, entry)
      await this.closeOldest()
    }
  }

  async close(): Promise<void> {
    const all = [...this.entries.values()]
    this.entries.clear()
    await Promise.all(all.map(closeEntry))
  }

  /** Last in the order of a Map is what was used last. */
  private touch(name: string, entry: Entry<T>): void {
    this.entries.delete(name)
    this.entries.set(name, entry)
  }

  private async closeOldest(): Promise<void> {
    const idle = [...this.entries].filter(([, { users }]) => users === 0)
    const old = idle.slice(0, Math.max(0, idle.length - this.most))
    for (const [name] of old) this.entries.delete(name)
    await Promise.all(old.map(([, entry]) => closeEntry(entry)))
  }
}

function isLost(thing: Promise<unknown>): Promise<boolean> {
  return thing.then(
    () => false,
    () => true,
  )
}

async function closeEntry<T extends Closeable>({ thing }: Entry<T>): Promise<void> {
  if (!(await isLost(thing))) await (await thing).close()
}
