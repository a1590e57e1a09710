import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError, describeIssue, messageOf, type WorkOptions } from '../../core/index.js'
import {
  hasMark,
  ioError,
  isThere,
  makeFolder,
  markOutput,
  type Release,
  sha256Schema,
  takeLockSoon,
  textIfThere,
  writeFileAtomic,
} from '../../files/index.js'

/** Of the folder beside the result in which it grows. */
const KIND = 'verdicts'
const ENDING = '.part'

/** All that rows follow from, but for what the photos hold. */
const questionSchema = z.strictObject({
  version: z.string(),
  model: z.strictObject({ path: z.string(), sha256: sha256Schema }),
  device: z.string(),
  tta: z.int().min(0),
  followLinks: z.boolean(),
  /** Folder in which it was asked, where paths may be relative to it. */
  folder: z.string().nullable(),
  sources: z.array(
    z.strictObject({
      kind: z.enum(['photo', 'folder', 'list']),
      given: z.string(),
      /** Of a list: what it held. */
      sha256: sha256Schema.nullable(),
    }),
  ),
})
export type VerdictsQuestion = z.infer<typeof questionSchema>

const begunSchema = z.strictObject({ question: questionSchema, photos: z.int().min(0) })
export type Begun = z.infer<typeof begunSchema>

/**
 * The folder beside a result in which it grows until it is whole: `verdicts.jsonl.part`. It holds what was asked, the list of photos, the
 * rows so far, and results of jobs whose rows are not written yet. Nobody else's meanwhile.
 */
export class Workplace {
  private constructor(
    readonly folder: string,
    private readonly release: Release,
  ) {}

  /** @throws `usage` where a folder of that name is somebody else's; `io`, also while another process is at work there */
  static async enter(out: string, work: WorkOptions): Promise<Workplace> {
    const folder = `${path.resolve(out)}${ENDING}`
    const names = await readdir(folder).catch(() => [])
    const first = names.find(name => !name.startsWith('.'))
    if (first !== undefined && !(await hasMark(folder, KIND)))
      throw new ChiquitoError(
        'usage',
        `"${folder}", where the result is to grow, holds other things, such as "${first}". Move it away, or give another name for --out.`,
      )
    await makeFolder(folder)
    // A lock that was left by a kill is taken over.
    const release = await takeLockSoon(path.join(folder, '.lock'), `"${folder}"`, work)
    try {
      await markOutput(folder, KIND)
      return new Workplace(folder, release)
    } catch (error) {
      release()
      throw error
    }
  }

  get rows(): string {
    return path.join(this.folder, 'rows.jsonl')
  }
  get list(): string {
    return path.join(this.folder, 'photos.jsonl')
  }
  /** Listed again, to be compared. */
  get otherList(): string {
    return path.join(this.folder, 'photos-now.jsonl')
  }
  /** Of jobs. */
  get store(): string {
    return path.join(this.folder, 'jobs')
  }
  private get asked(): string {
    return path.join(this.folder, 'asked.json')
  }

  /**
   * What was begun here; undefined where nothing was, or all rows went where they belong.
   *
   * @param overwrite - whether what is damaged counts for nothing
   * @throws `data`, `io`
   */
  async begun(overwrite: boolean): Promise<Begun | undefined> {
    const text = await textIfThere(this.asked)
    if (text === '' || !(await isThere(this.rows))) return undefined
    try {
      return begunSchema.parse(JSON.parse(text))
    } catch (cause) {
      if (overwrite) return undefined
      const why = cause instanceof z.ZodError ? describeIssue(cause) : messageOf(cause)
      throw new ChiquitoError(
        'data',
        `"${this.asked}", which says what was begun, is damaged: ${why}. Begin anew with --overwrite.`,
        { cause },
      )
    }
  }

  /** The list of photos is written: from now on this is gone on with. @throws `io` */
  async begin(begun: Begun): Promise<void> {
    await writeFileAtomic(this.rows, '')
    await writeFileAtomic(this.asked, `${JSON.stringify(begun, undefined, 2)}\n`)
  }

  /** Forgets what was begun. @throws `io` */
  async clear(): Promise<void> {
    for (const one of [this.asked, this.rows, this.list, this.store]) await removed(one)
  }

  /** Nothing is needed here any more. */
  async remove(): Promise<void> {
    await removed(this.folder)
  }

  /** Lets others in. Where nothing was begun, nothing stays. */
  async leave(): Promise<void> {
    if (!(await isThere(this.asked))) await this.remove().catch(() => undefined)
    this.release()
  }
}

/** What an earlier start, killed at its very end, left beside a whole result. */
export async function removeFinished(out: string): Promise<void> {
  const folder = `${path.resolve(out)}${ENDING}`
  if ((await hasMark(folder, KIND)) && !(await isThere(path.join(folder, 'rows.jsonl'))))
    await removed(folder)
}

async function removed(file: string): Promise<void> {
  try {
    await rm(file, { recursive: true, force: true })
  } catch (error) {
    throw ioError(error, 'remove', file)
  }
}
