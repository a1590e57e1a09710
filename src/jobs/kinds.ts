import { ChiquitoError } from '../core/index.js'
import type { JobKind } from './job.js'

/** The kinds of jobs there are, made when they are needed. */
export type JobKindTable = Readonly<Record<string, () => Promise<JobKind>>>

/** Kinds at work in this process or thread. */
export class JobKinds {
  private readonly made = new Map<string, Promise<JobKind>>()

  constructor(private readonly table: JobKindTable) {}

  /** @throws `usage` for a name that no kind has */
  async named(name: string): Promise<JobKind> {
    if (!Object.hasOwn(this.table, name))
      throw new ChiquitoError(
        'usage',
        `There is no job of the kind "${name}" in this version. Asker and worker must be of one version.`,
      )
    const made = this.made.get(name) ?? this.table[name]()
    this.made.set(name, made)
    return made
  }

  async close(): Promise<void> {
    const kinds = await Promise.all(this.made.values())
    this.made.clear()
    await Promise.all(kinds.map(kind => kind.close()))
  }
}
