import type { WorkOptions } from '../../core/index.js'

/** People who are not wanted, however their names are written. */
export class Excluded {
  private readonly wanted: ReadonlyMap<string, string>
  private readonly met = new Set<string>()

  constructor(names: readonly string[]) {
    this.wanted = new Map(names.map(name => [plain(name), name]))
  }

  /** Those who were met. */
  get count(): number {
    return this.met.size
  }

  has(person: string): boolean {
    const name = plain(person)
    if (!this.wanted.has(name)) return false
    this.met.add(name)
    return true
  }

  /** Says who was not met: a name may be misspelt. */
  tell({ progress }: WorkOptions): void {
    for (const [name, given] of this.wanted)
      if (!this.met.has(name))
        progress?.({
          kind: 'notice',
          message: `Nobody in the archive is called ${JSON.stringify(given)}: nobody is left out for it.`,
        })
  }
}

function plain(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[_\s]+/g, ' ')
    .trim()
    .toLowerCase()
}
