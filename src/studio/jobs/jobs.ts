import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { makeFolder, type Release, takeLockSoon } from '../../files/index.js'
import type { Job, JobKind } from '../api/jobs.js'
import type { Places } from '../runs/index.js'
import { Child, jobProgram, type Outcome } from './child.js'
import { isOver, type JobRecord } from './job.js'
import { kindNamed } from './kinds/index.js'
import { type DamagedRecord, JobFiles, jobsFolder, readRecords } from './record.js'
import { nothingTold, type Told } from './told.js'

/** Between two writes of the record of a job that is under way: what is lost with a kill is how far it was a moment ago. */
const SAVE_MS = 1000

/** Light jobs at once: they wait for the network for the most part. */
const MOST_LIGHT = 4

export interface JobsOptions {
  /** What is forked for each job; the one that was built with this, by default. */
  readonly program?: string
}

/** A job, and what goes on about it. */
interface Held {
  record: JobRecord
  readonly files: JobFiles
  child?: Child
  /** The last word on its process, written. */
  finished?: Promise<void>
  /** Why its process was told to stop. */
  ending?: 'stopped' | 'cut-off'
  isResumed: boolean
  savedAt: number
}

/**
 * Long work of a workspace, each in a process of its own. What is known of a job is on disk, so that a studio that is opened after a
 * kill shows how far each came, and goes on with it.
 */
export class Jobs {
  private readonly held = new Map<string, Held>()
  private readonly hearers = new Set<(job: Job) => void>()
  private isClosing = false
  private turn: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly places: Places,
    private readonly program: string,
    private readonly release: Release,
    /** Records that cannot be read. */
    readonly damaged: readonly DamagedRecord[],
  ) {}

  /**
   * Opens the jobs of a workspace; what was under way when the studio was last killed is `cut-off` from now on.
   *
   * @throws `io` where another studio has the workspace open
   */
  static async open(places: Places, { program = jobProgram }: JobsOptions = {}): Promise<Jobs> {
    const folder = jobsFolder(places.home)
    await makeFolder(folder)
    const release = await takeLockSoon(path.join(folder, '.lock'), `the studio of "${places.dir}"`)
    try {
      const { records, damaged } = await readRecords(places.home)
      const jobs = new Jobs(places, program, release, damaged)
      for (const record of records) await jobs.takeUp(record)
      return jobs
    } catch (error) {
      release()
      throw error
    }
  }

  /**
   * Asks for some work: at once, or as soon as the machine is free.
   *
   * @throws `usage` where the options are not acceptable; `io`
   */
  start(kind: JobKind, given: unknown): Promise<Job> {
    // One after the other: what two ask for at the same moment does not get the same name.
    const started = this.turn.then(() => this.startNow(kind, given))
    this.turn = started.catch(() => undefined)
    return started
  }

  private async startNow(kind: JobKind, given: unknown): Promise<Job> {
    this.requireOpen()
    const known = kindNamed(kind)
    const open = [...this.held.values()].filter(
      ({ record: { job } }) => job.kind === kind && job.state !== 'done',
    )
    const options = await known.prepare(
      given,
      this.places,
      open.map(({ record }) => record.options),
    )
    const job: Job = {
      id: newId(),
      kind,
      title: known.title(options),
      state: 'waiting',
      started: new Date().toISOString(),
      ended: null,
      ...nothingTold,
      error: null,
      result: null,
      canResume: false,
    }
    const record: JobRecord = { format: 'chiquito-job', version: 1, job, options: { ...options } }
    const files = new JobFiles(this.places.home, job.id)
    await files.save(record)
    const held = this.hold(record, files)
    await files.log({ event: 'asked', kind, options }).catch(() => undefined)
    this.tell(held)
    this.beginNext()
    return held.record.job
  }

  /** Tells a job to end cleanly; it can be gone on with. Harmless where it is over. @throws `usage` for an unknown one */
  async stop(id: string): Promise<Job> {
    const held = this.find(id)
    if (held.record.job.state === 'waiting') await this.end(held, { state: 'stopped', canResume: true })
    else if (held.child) {
      held.ending ??= 'stopped'
      held.child.stop()
    }
    return held.record.job
  }

  /** Goes on with a job that was stopped, cut off, or failed for a reason that may be gone. @throws `usage` */
  async resume(id: string): Promise<Job> {
    this.requireOpen()
    const held = this.find(id)
    const { state, canResume } = held.record.job
    if (!isOver(state)) return held.record.job
    if (!canResume) throw new ChiquitoError('usage', `Job ${id} is ${state}: there is nothing to go on with.`)
    held.isResumed = true
    await this.change(held, { ...nothingTold, state: 'waiting', ended: null, error: null, canResume: false })
    await held.files.log({ event: 'resumed' }).catch(() => undefined)
    this.beginNext()
    return held.record.job
  }

  /**
   * Forgets a job that is over. What one left that was not done is thrown away: a training's run, an archive that was sent.
   *
   * @throws `usage` while it is under way; `io`
   */
  async discard(id: string): Promise<void> {
    const held = this.find(id)
    if (!isOver(held.record.job.state))
      throw new ChiquitoError('usage', 'This work is under way. Stop it before it is thrown away.')
    await held.finished
    const { options, job } = held.record
    // Its process may still be ending, where the studio was killed.
    const release = await takeLockSoon(held.files.lock, 'this job')
    try {
      if (job.state !== 'done') await kindNamed(job.kind).discard(options, this.places)
      await held.files.remove()
      this.held.delete(id)
    } finally {
      release()
    }
  }

  /** The newest first. */
  list(): Job[] {
    return [...this.held.values()].map(({ record }) => record.job).sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  get(id: string): Job | undefined {
    return this.held.get(id)?.record.job
  }

  /** Calls back whenever something changes about a job, until the returned function is called. */
  onChange(hear: (job: Job) => void): () => void {
    this.hearers.add(hear)
    return () => this.hearers.delete(hear)
  }

  /** Has every job end cleanly, each to be gone on with, and waits for that. */
  async close(): Promise<void> {
    if (this.isClosing) return
    this.isClosing = true
    for (const held of this.held.values()) {
      if (held.record.job.state === 'waiting') await this.end(held, { state: 'cut-off', canResume: true })
      if (!held.child) continue
      held.ending ??= 'cut-off'
      held.child.stop()
    }
    await Promise.all([...this.held.values()].map(({ finished }) => finished))
    for (const { files } of this.held.values()) await files.settled()
    this.release()
  }

  private async takeUp(record: JobRecord): Promise<void> {
    const held = this.hold(record)
    if (isOver(record.job.state)) return
    await this.end(held, { state: 'cut-off', canResume: true })
  }

  private hold(record: JobRecord, files = new JobFiles(this.places.home, record.job.id)): Held {
    const { id } = record.job
    const held = { record, files, isResumed: false, savedAt: 0 }
    this.held.set(id, held)
    return held
  }

  private find(id: string): Held {
    const held = this.held.get(id)
    if (held) return held
    throw new ChiquitoError('usage', `There is no job ${JSON.stringify(id)}. Load the page again.`)
  }

  private requireOpen(): void {
    if (this.isClosing) throw new ChiquitoError('interrupted', 'The studio is ending.')
  }

  /** Begins what may begin now, in the order in which it was asked for. */
  private beginNext(): void {
    for (const held of this.held.values())
      if (!this.isClosing && held.record.job.state === 'waiting' && this.hasRoomFor(held)) this.begin(held)
  }

  private hasRoomFor(held: Held): boolean {
    const { isHeavy } = kindNamed(held.record.job.kind)
    const busy = [...this.held.values()].filter(other => other.child !== undefined)
    const alike = busy.filter(other => kindNamed(other.record.job.kind).isHeavy === isHeavy)
    return alike.length < (isHeavy ? 1 : MOST_LIGHT)
  }

  private begin(held: Held): void {
    const { options, job } = held.record
    const { isResumed, files } = held
    const assignment = { kind: job.kind, options, places: this.places, isResumed, lock: files.lock }
    held.child = new Child(assignment, this.program, told => void this.progressed(held, told))
    held.finished = held.child.ended.then(outcome => this.finished(held, outcome))
    void this.change(held, { state: 'running' })
    void held.files.log({ event: 'began', process: held.child.pid ?? null }).catch(() => undefined)
  }

  private async progressed(held: Held, told: Told): Promise<void> {
    const news = told.notices.slice(held.record.job.notices.length)
    held.record = { ...held.record, job: { ...held.record.job, ...told } }
    this.tell(held)
    for (const message of news) await held.files.log({ event: 'notice', message }).catch(() => undefined)
    const now = performance.now()
    if (now - held.savedAt < SAVE_MS) return
    held.savedAt = now
    await held.files.save(held.record).catch(() => undefined)
  }

  private async finished(held: Held, outcome: Outcome): Promise<void> {
    const { ending } = held
    delete held.child
    delete held.ending
    await this.end(held, { ...outcome.told, ...endOf(outcome, ending) })
    this.beginNext()
  }

  private async end(held: Held, end: Partial<Job> & Pick<Job, 'state'>): Promise<void> {
    await this.change(held, { ...end, ended: new Date().toISOString(), secondsLeft: null, perhaps: null })
    const { state, error } = held.record.job
    await held.files.log({ event: 'ended', state, error }).catch(() => undefined)
  }

  private async change(held: Held, change: Partial<Job>): Promise<void> {
    held.record = { ...held.record, job: { ...held.record.job, ...change } }
    this.tell(held)
    // A full disk must not end the server; the job says by itself what the disk refused.
    await held.files.save(held.record).catch(() => undefined)
  }

  private tell(held: Held): void {
    for (const hear of this.hearers) hear(held.record.job)
  }
}

function endOf(outcome: Outcome, ending: Held['ending']): Partial<Job> & Pick<Job, 'state'> {
  if (outcome.how === 'done') return { state: 'done', result: outcome.result, canResume: false, error: null }
  if (outcome.how === 'died')
    return {
      state: ending ?? 'cut-off',
      canResume: true,
      error:
        ending === undefined
          ? {
              code: 'engine',
              message: `The process that did this ended unexpectedly (${outcome.why}). What was done so far is kept: go on with it.`,
            }
          : null,
    }
  const { code, message, said } = outcome.failure
  if (code === 'interrupted' && ending !== undefined) return { state: ending, canResume: true, error: null }
  // A full disk, or a network that is gone, may be there again in a moment.
  return {
    state: 'failed',
    canResume: code === 'io' || code === 'interrupted',
    error: { code, message, ...(said && { said }) },
  }
}

/** Sorts by time. */
function newId(): string {
  const [day, time] = new Date().toISOString().replace(/\..*/, '').split('T')
  return `${day.replaceAll('-', '')}-${time.replaceAll(':', '')}-${randomBytes(3).toString('hex')}`
}
