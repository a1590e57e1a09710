/**
 * Which results this asker needs, and which it has put where they belong: they go as soon as nobody else needs them, who may have asked for
 * the same. Whoever needs one says so to the others before looking for it, so that whoever asks them then hears of it.
 */
export class Needs {
  private readonly counts = new Map<string, number>()
  private readonly done = new Set<string>()
  private areOthers = true

  /**
   * @param others - asks what each of the others who are there needs
   * @param remove - takes a result away
   */
  constructor(
    private readonly others: () => Promise<readonly (readonly string[])[]>,
    private readonly remove: (key: string) => Promise<void>,
  ) {}

  get keys(): readonly string[] {
    return [...this.counts.keys()]
  }

  /** From now on a result is needed, until the function that is returned is called. */
  hold(key: string): () => void {
    this.done.delete(key)
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
    return () => {
      const left = (this.counts.get(key) ?? 1) - 1
      if (left > 0) this.counts.set(key, left)
      else this.counts.delete(key)
    }
  }

  /** A result may go once nobody holds it. */
  discard(key: string): void {
    this.done.add(key)
  }

  /** Takes away what may go at once, as long as nobody else is there: else that waits for the next beat. */
  async tidy(): Promise<void> {
    if (!this.areOthers) await this.beat()
  }

  /** Takes away what nobody needs. */
  async beat(): Promise<void> {
    if (this.done.size === 0) return
    const others = await this.others()
    this.areOthers = others.length > 0
    await this.clear(new Set(others.flat()))
  }

  /** At the end: what is left because others need it is theirs. Where they cannot be heard, they ask again. */
  async end(canHear: boolean): Promise<void> {
    await (canHear ? this.beat().catch(() => this.clear(new Set())) : this.clear(new Set()))
  }

  private async clear(needed: ReadonlySet<string>): Promise<void> {
    for (const key of [...this.done]) {
      if (this.counts.has(key) || needed.has(key)) continue
      this.done.delete(key)
      await this.remove(key)
    }
  }
}
