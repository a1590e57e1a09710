import { basename, dirname, join } from 'node:path'
import { ChiquitoError, messageOf, throwIfAborted, version } from '../../core/index.js'
import { removeLeftovers, writeFileAtomic } from '../atomic.js'
import { isLocked, type Release, takeLockSoon } from '../lock.js'
import { cutLog, LogWriter } from '../log.js'
import { JOURNAL } from '../own-output.js'
import { History, type Operation } from './history.js'
import { InnerFolder } from './inner-path.js'
import { perform, takeBack } from './perform.js'
import { readJournal } from './read-journal.js'
import { type Act, JOURNAL_FORMAT, JOURNAL_VERSION, type JournalRecord } from './record.js'

/** Hidden, and a file: tools that take every folder for a class do not meet it. */
const LOCK = '.journal.lock'

/** Who asks, for the journal. */
export type AskedBy = 'command line' | 'library' | 'studio'

/** What an operation takes back, by number. */
export interface TakesBack {
  readonly undoes?: readonly number[] | undefined
  /** Of an undo. */
  readonly redoes?: readonly number[] | undefined
}

/** What an act is done for. */
export interface ActReason {
  /** For whoever reads the journal. */
  readonly why?: string | undefined
  /** Number of the act that it takes back. */
  readonly undoes?: number | undefined
}

/**
 * What was done to a folder, a line of `journal.jsonl` each, on the disk before it is done. Whoever opens it holds the
 * folder's lock, and what a kill left half done is finished first, or taken back where it cannot be.
 */
export class Journal {
  private log: LogWriter | undefined
  /** It could not be said what became of the last act: nothing may be written after it. */
  private isStuck = false

  private constructor(
    readonly folder: InnerFolder,
    private readonly history: History,
    /** Of whole lines, when it was opened. */
    private readonly bytes: number,
    private readonly release: Release,
  ) {}

  /** @throws `io` when another process has it; `data` for a damaged or newer journal */
  static async open(folder: string): Promise<Journal> {
    const inner = await InnerFolder.open(folder)
    const release = await takeLockSoon(join(inner.root, LOCK), `the journal of "${inner.root}"`)
    try {
      await removeLeftovers(inner.root, JOURNAL)
      const { history, bytes } = (await readJournal(inner.root)) ?? { history: new History(), bytes: 0 }
      const journal = new Journal(inner, history, bytes, release)
      await journal.settle()
      return journal
    } catch (error) {
      release()
      throw error
    }
  }

  /** Whether a process has the journal of a folder open, so that what it began is under way and not cut off. */
  static isOpen(root: string): boolean {
    return isLocked(join(root, LOCK))
  }

  get operations(): readonly Operation[] {
    return this.history.operations
  }

  /** The last operation, where it was cut off and nothing was done since. */
  get cutOff(): Operation | undefined {
    const last = this.operations.at(-1)
    return last?.state === 'open' ? last : undefined
  }

  /**
   * Begins an operation. One of the same name that was cut off goes on instead, so that it is taken back as one; one of
   * another name is closed.
   */
  async begin(name: string, by: AskedBy, { undoes, redoes }: TakesBack = {}): Promise<OperationWriter> {
    const open = this.cutOff
    const at = new Date().toISOString()
    if (open?.name === name) await this.write({ event: 'again', operation: open.id, at })
    else {
      if (open !== undefined) await this.write({ event: 'end', operation: open.id, at, cut: true })
      await this.write({
        event: 'begin',
        operation: this.operations.length + 1,
        name,
        at,
        by: `chiquito ${version()}, ${by}`,
        ...(undoes && { undoes: [...undoes] }),
        ...(redoes && { redoes: [...redoes] }),
      })
    }
    const operation = this.operations.at(-1)
    if (operation === undefined) throw new ChiquitoError('data', 'The journal lost an operation.')
    return new OperationWriter(this, operation)
  }

  /** Adds a line, which is on the disk when this resolves. @throws `io`; then nothing was added */
  async write(record: JournalRecord): Promise<void> {
    if (this.isStuck)
      throw new ChiquitoError('io', `The last act in "${JOURNAL}" is neither done nor undone.`)
    const log = this.log ?? (await this.openLog())
    const { size } = log
    try {
      log.append(record)
      log.sync()
    } catch (error) {
      await cutLog(log.path, size).catch(() => undefined)
      throw error
    }
    const problem = this.history.add(record)
    if (problem !== undefined) throw new ChiquitoError('data', `"${log.path}": ${problem}.`)
  }

  /**
   * Writes an act down, then does it. What is refused half way is taken back, and the journal says so.
   *
   * @throws `ChangedByHand` (`data`); `io`
   */
  async do(operation: number, what: Act, reason: ActReason): Promise<void> {
    const number = this.history.acts + 1
    const at = new Date().toISOString()
    await this.write({ event: 'act', operation, number, at, ...reason, what })
    try {
      await perform(this.folder, what)
    } catch (error) {
      await this.fail(number, what, messageOf(error))
      throw error
    }
  }

  close(): void {
    this.log?.close()
    this.release()
  }

  /** What a kill left half done. */
  private async settle(): Promise<void> {
    const { pending } = this.history
    if (pending === undefined) return
    try {
      for (const path of madeBy(pending.what)) {
        const place = await this.folder.at(path)
        await removeLeftovers(dirname(place), basename(place))
      }
      await perform(this.folder, pending.what)
    } catch (error) {
      if (!(error instanceof ChiquitoError) || error.code !== 'data') throw error
      await takeBack(this.folder, pending.what)
      await this.write({ event: 'failed', number: pending.number, reason: error.message })
    }
  }

  /** Where not even that can be done (a full disk), the next process does it. */
  private async fail(number: number, what: Act, reason: string): Promise<void> {
    try {
      await takeBack(this.folder, what)
      await this.write({ event: 'failed', number, reason })
    } catch {
      this.isStuck = true
    }
  }

  private async openLog(): Promise<LogWriter> {
    const path = join(this.folder.root, JOURNAL)
    if (this.bytes === 0)
      await writeFileAtomic(path, `${JSON.stringify({ format: JOURNAL_FORMAT, version: JOURNAL_VERSION })}\n`)
    // A torn last line goes; a whole one without its end gets it.
    else await cutLog(path, this.bytes)
    this.log = LogWriter.open(path)
    return this.log
  }
}

/** An operation under way. */
export class OperationWriter {
  constructor(
    private readonly journal: Journal,
    private readonly begun: Operation,
  ) {}

  get id(): number {
    return this.begun.id
  }

  /** With what it did before it was cut off. */
  get operation(): Operation {
    return this.journal.operations.at(-1) ?? this.begun
  }

  get folder(): InnerFolder {
    return this.journal.folder
  }

  /** All of the folder, oldest first; this one is the last. */
  get operations(): readonly Operation[] {
    return this.journal.operations
  }

  /** Notes what it works by, so that it goes on by the same. @throws `io` */
  async settleOn(plan: unknown): Promise<void> {
    await this.journal.write({ event: 'plan', operation: this.id, plan })
  }

  /**
   * Writes an act down, then does it. What is refused half way is taken back, and the journal says so.
   *
   * @throws `ChangedByHand` (`data`); `io`; `interrupted` before anything
   */
  async do(what: Act, reason: ActReason = {}, signal?: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal)
    await this.journal.do(this.id, what, reason)
  }

  /** All that was asked for was done. @throws `io` */
  async end(): Promise<void> {
    await this.journal.write({ event: 'end', operation: this.id, at: new Date().toISOString() })
  }
}

/** What an act writes, so that a temporary file may be left beside it. */
function madeBy(act: Act): string[] {
  switch (act.act) {
    case 'move':
    case 'restore':
      return [act.to]
    case 'replace':
      return [act.to, act.kept]
    case 'edit':
      return [act.path]
    case 'mark':
    case 'unmark':
      return []
  }
}
