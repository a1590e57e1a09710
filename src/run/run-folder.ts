import { existsSync } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { ChiquitoError, describeIssue, type WorkOptions } from '../core/index.js'
import { type RecordedPhoto, type SplitRecord, splitSchema } from '../dataset/index.js'
import {
  cutLog,
  errorCode,
  ioError,
  isRunFolder,
  type LogRecord,
  LogWriter,
  makeFolder,
  markOutput,
  type Release,
  readLog,
  removeLeftovers,
  requireWritable,
  writeFileAtomic,
} from '../files/index.js'
import { type Division, divisionSchema } from './run-division.js'
import { json, parseJson } from './run-json.js'
import { lock, lockSoon, type RunFile, requireFree, runFiles } from './run-place.js'
import { newRunRecord, type RunDetails, type RunRecord, type RunState, readRunRecord } from './run-record.js'

/** The one file in `checkpoint/`. */
const checkpointName = 'state.safetensors'

/** What Node reads at once; weights and an optimiser's state of 170 million parameters. */
export const MAX_CHECKPOINT_BYTES = 2 ** 31 - 1

/** Names of figures: nothing that could leave the folder or that a file system refuses. */
const figureName = /^[a-z0-9][a-z0-9._-]{0,99}$/i

/**
 * The folder of one training run. Files are replaced whole or not at all; `log.jsonl` only grows. One process writes
 * at a time.
 */
export class RunFolder {
  private writer: LogWriter | undefined

  private constructor(
    /** Absolute path. */
    readonly path: string,
    private current: RunRecord,
    private release: Release | undefined,
  ) {}

  /**
   * Makes a run folder, and its parents, and starts its `run.json` and `log.jsonl`, so that a folder that cannot be
   * written is known before the work begins. A run that was cut off is replaced, even when it came as far as its model:
   * the same command makes that again. One that ended with a model is replaced only when `overwrite` is set.
   *
   * @throws `usage` when something else lies there, `io` when it cannot be written or another process uses it, `interrupted`
   */
  static async create(
    path: string,
    details: RunDetails,
    { overwrite = false, ...work }: WorkOptions & { overwrite?: boolean | undefined } = {},
  ): Promise<RunFolder> {
    const folder = resolve(path)
    await requireFree(folder, overwrite)
    await makeFolder(folder)
    const release = await lockSoon(folder, work)
    try {
      const run = new RunFolder(folder, newRunRecord(details), release)
      await run.save()
      await removeLeftovers(folder)
      for (const name of runFiles)
        if (name !== 'run.json') await rm(join(folder, name), { recursive: true, force: true })
      run.log({ event: 'start' })
      return run
    } catch (error) {
      release()
      throw ioError(error, 'write the run folder', folder)
    }
  }

  /** Says before the work begins that a run may not be put there. @throws `usage`, `io` */
  static async checkFree(
    path: string,
    { overwrite = false }: { overwrite?: boolean | undefined } = {},
  ): Promise<void> {
    await requireFree(resolve(path), overwrite)
    // A file inside stands for what the run will write.
    await requireWritable(join(resolve(path), 'run.json'), { parents: true })
  }

  /**
   * Opens an existing run to read it. The first thing written takes the lock.
   *
   * @throws `usage` when there is no run, `data` when `run.json` is damaged, `io`
   */
  static async open(path: string): Promise<RunFolder> {
    const folder = resolve(path)
    const record = await readRunRecord(folder)
    if (record !== undefined) return new RunFolder(folder, record, undefined)
    const info = await stat(folder).catch(() => undefined)
    if (await stat(join(folder, 'run.json')).catch(() => undefined))
      throw new ChiquitoError(
        'data',
        `"${join(folder, 'run.json')}" is damaged, or no record of a run of chiquito's. Restore it, or train again.`,
      )
    const what =
      info === undefined ? 'does not exist' : info.isDirectory() ? 'holds no run.json' : 'is a file'
    throw new ChiquitoError(
      'usage',
      `"${folder}" ${what}. Give the folder that "chiquito train" wrote with --out.`,
    )
  }

  /**
   * Takes over a run that was cut off, to go on with it. Nothing is changed before {@link goOn}.
   *
   * @throws `usage` when there is no run, or it is finished; `data`, `io`, `interrupted`
   */
  static async takeOver(path: string, work: WorkOptions = {}): Promise<RunFolder> {
    const { path: folder } = await RunFolder.open(path)
    const release = await lockSoon(folder, work)
    try {
      // Only now nobody else can finish it.
      const { record } = await RunFolder.open(path)
      if (record.state === 'finished')
        throw new ChiquitoError('usage', `The run in "${path}" is finished: there is nothing to go on with.`)
      await removeLeftovers(folder)
      await removeLeftovers(join(folder, 'checkpoint'))
      return new RunFolder(folder, record, release)
    } catch (error) {
      release()
      throw error
    }
  }

  /**
   * Goes on with a run that was taken over.
   *
   * @param logged - bytes of the log that stay: what came later happens again; undefined where all of it does
   * @throws `io`
   */
  async goOn(details: RunDetails, logged: number | undefined): Promise<void> {
    const { state, ended: _, ...record } = this.current
    await cutLog(this.file('log.jsonl'), logged ?? 0)
    if (logged === undefined) this.log({ event: 'start' })
    this.log({ event: 'resume', after: state })
    this.current = { ...record, ...details, state: 'running' }
    await this.save()
  }

  /** What `run.json` says. */
  get record(): RunRecord {
    return this.current
  }

  /** Absolute path of one of the run's files. */
  file(name: RunFile): string {
    return join(this.path, name)
  }

  /** Adds to or corrects `run.json`. @throws `io` */
  async update(changes: Partial<RunDetails>): Promise<void> {
    this.current = { ...this.current, ...changes }
    await this.save()
  }

  /** Says how the run ended, and lets the folder go. @throws `io` */
  async end(state: Exclude<RunState, 'running'>): Promise<void> {
    this.log({ event: 'end', state })
    this.current = { ...this.current, state, ended: new Date().toISOString() }
    await this.save()
    if (state === 'finished') await rm(this.file('checkpoint'), { recursive: true, force: true })
    this.close()
  }

  /** Adds a line to `log.jsonl`. @throws `io` */
  log(record: LogRecord): void {
    this.ownLog().append(record)
  }

  /** Bytes of `log.jsonl` so far. @throws `io` */
  get logged(): number {
    return this.ownLog().size
  }

  /** @throws `io` */
  readLog(): Promise<LogRecord[]> {
    return readLog(this.file('log.jsonl'))
  }

  async writeMetrics(metrics: object): Promise<void> {
    await this.write('metrics.json', json(metrics))
  }

  /** The content of `metrics.json`, for the caller to check. @throws `io`, `data` */
  async readMetrics(): Promise<unknown> {
    return parseJson(await this.read('metrics.json'), this.file('metrics.json'))
  }

  /**
   * @param photos - what was divided
   * @param background - photos of other things, divided, too
   */
  async writeSplit(
    split: SplitRecord,
    photos: readonly RecordedPhoto[] = [],
    background?: readonly RecordedPhoto[],
  ): Promise<void> {
    await this.write('split.json', json({ ...split, photos, background }))
  }

  /** How the data set was divided. @throws `io`, `data` */
  async readSplit(): Promise<SplitRecord> {
    return this.readJson('split.json', splitSchema)
  }

  /** How the data set was divided, and the photos there were; undefined when the run was cut off before that. @throws `io`, `data` */
  async readDivision(): Promise<Division | undefined> {
    if ((await stat(this.file('split.json')).catch(() => undefined)) === undefined) return undefined
    const { photos, background } = await this.readJson('split.json', divisionSchema)
    const { labels } = this.current.dataset
    return { split: await this.readSplit(), recorded: { photos, labels }, background }
  }

  /** Puts what is needed to go on in the place of what was there. @throws `io` */
  async writeCheckpoint(bytes: Uint8Array): Promise<void> {
    this.own()
    await makeFolder(this.file('checkpoint'))
    await writeFileAtomic(this.checkpointPath, bytes)
  }

  /** Undefined when there is none. @throws `io`, `data` when it cannot be one */
  async readCheckpoint(): Promise<Uint8Array | undefined> {
    try {
      const { size } = await stat(this.checkpointPath)
      if (size > MAX_CHECKPOINT_BYTES)
        throw new ChiquitoError(
          'data',
          `"${this.checkpointPath}" has ${size} bytes, more than any checkpoint (${MAX_CHECKPOINT_BYTES}).`,
        )
      return await readFile(this.checkpointPath)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw ioError(error, 'read', this.checkpointPath)
    }
  }

  /** Whether a folder holds a run that could be gone on with. Never throws. */
  static async canGoOn(path: string): Promise<boolean> {
    const state = join(resolve(path), 'checkpoint', checkpointName)
    return (await stat(state).catch(() => undefined)) !== undefined && (await isRunFolder(path))
  }

  /** Absolute path of the checkpoint. */
  get checkpointPath(): string {
    return join(this.file('checkpoint'), checkpointName)
  }

  async writeReport(html: string): Promise<void> {
    await this.write('report.html', html)
  }

  async writeCard(markdown: string): Promise<void> {
    await this.write('MODEL_CARD.md', markdown)
  }

  async writeModel(bytes: Uint8Array): Promise<void> {
    await this.write('model.onnx', bytes)
  }

  /** @throws `io` */
  async readModel(): Promise<Uint8Array> {
    return this.read('model.onnx')
  }

  /** Writes `figures/NAME`. @throws `usage` for an odd name, `io` */
  async writeFigure(name: string, data: string | Uint8Array): Promise<void> {
    if (!figureName.test(name))
      throw new ChiquitoError(
        'usage',
        `A figure cannot be called ${JSON.stringify(name)}: use letters, digits, . _ -`,
      )
    this.own()
    await makeFolder(this.file('figures'))
    await markOutput(this.file('figures'), 'figures')
    await writeFileAtomic(join(this.file('figures'), name), data)
  }

  /** Lets the folder go. Harmless when called again. */
  close(): void {
    this.writer?.close()
    this.writer = undefined
    this.release?.()
    this.release = undefined
  }

  private async save(): Promise<void> {
    await this.write('run.json', json(this.current))
  }

  private async write(name: RunFile, data: string | Uint8Array): Promise<void> {
    this.own()
    await writeFileAtomic(this.file(name), data)
  }

  private async read(name: RunFile): Promise<Buffer> {
    try {
      return await readFile(this.file(name))
    } catch (error) {
      throw ioError(error, 'read', this.file(name))
    }
  }

  private async readJson<T>(name: RunFile, schema: z.ZodType<T>): Promise<T> {
    const path = this.file(name)
    const result = schema.safeParse(parseJson(await this.read(name), path))
    if (result.success) return result.data
    throw new ChiquitoError('data', `"${path}" is damaged: ${describeIssue(result.error)}.`)
  }

  private ownLog(): LogWriter {
    if (this.writer === undefined) {
      this.own()
      this.writer = LogWriter.open(this.file('log.jsonl'))
    }
    return this.writer
  }

  private own(): void {
    this.release ??= lock(this.path)
    // Whoever moves or removes a folder that is written into must not find another one in its place, half a run in it.
    if (!existsSync(join(this.path, '.lock')))
      throw new ChiquitoError(
        'io',
        `The run folder "${this.path}" was removed, renamed or cleared while the run wrote into it. Nothing more is written: ` +
          'put it back and go on with --resume, or begin again.',
      )
  }
}
