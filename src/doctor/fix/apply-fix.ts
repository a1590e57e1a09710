import { ChiquitoError, messageOf, plural, type WorkOptions } from '../../core/index.js'
import { photoTables } from '../../dataset/index.js'
import { errorCode, freePath, InnerFolder, type OperationWriter, SetAside } from '../../files/index.js'
import type { CheckedData } from '../check.js'
import { allNames, type FollowedTables, fatesOf, followTables, heldByTables } from './follow.js'
import type { FixPlan, FixStep, LeftPhoto } from './plan-fix.js'

/** What was done, or would be. */
export interface FixReport {
  /** Photos that were moved to where nothing reads them; paths relative to the folder. */
  readonly setAside: readonly {
    readonly photo: string
    readonly to: string
    readonly check: string
    /** The copy that stays, where it was one. */
    readonly stays: string | null
  }[]
  readonly renamed: readonly { readonly photo: string; readonly to: string }[]
  /** Tables whose rows followed. */
  readonly tables: FollowedTables['changed']
  readonly left: readonly LeftPhoto[]
  /** Sentences a person should read. */
  readonly notices: readonly string[]
}

/** Refusals of one file or folder, for which the others need not wait. */
const ofOneFile = new Set(['EACCES', 'EPERM', 'EBUSY', 'ENAMETOOLONG'])

/**
 * Does what a plan says, act by act; after a kill the same call goes on. A photo that was changed since it was looked at, or
 * may not be moved, is left as it is.
 *
 * @throws `io` where nothing more can be done (a full disk); `interrupted`: what was done stays done, and is in the journal
 */
export async function applyFix(
  plan: FixPlan,
  data: CheckedData,
  writer: OperationWriter,
  { progress, signal }: WorkOptions,
): Promise<FixReport> {
  const aside = await SetAside.open(writer.folder)
  const places = await Places.of(plan, data, writer.folder, aside, [...fatesOf(writer, aside).keys()])
  const draft = new Draft(plan)
  const task = 'Putting right'
  progress?.({ kind: 'start', task, total: plan.steps.length })
  for (const [i, step] of plan.steps.entries()) {
    const place = await places.for(step)
    if ('reason' in place) draft.leave(step, place.reason)
    else
      try {
        const { path: from, sha256 } = step.photo
        await writer.do({ act: 'move', from, to: place.to, sha256 }, { why: step.check }, signal)
        draft.add(step, place.to)
      } catch (error) {
        draft.leave(step, whyNot(error, i, plan.steps.length))
      }
    progress?.({ kind: 'advance', task, done: i + 1, total: plan.steps.length })
  }
  progress?.({ kind: 'end', task })
  const fates = fatesOf(writer, aside)
  const names = allNames(
    data.photos.map(({ path }) => path),
    fates,
  )
  return draft.report(await followTables(writer, names, fates, signal))
}

/** What a plan would do. Changes nothing. @throws `io` */
export async function previewFix(plan: FixPlan, data: CheckedData): Promise<FixReport> {
  const folder = await InnerFolder.open(data.root)
  const places = await Places.of(plan, data, folder, await SetAside.preview(folder), [])
  const draft = new Draft(plan)
  for (const step of plan.steps) {
    const place = await places.for(step)
    if ('reason' in place) draft.leave(step, place.reason)
    else draft.add(step, place.to)
  }
  return draft.report({ changed: [], stale: [] })
}

/** Where each photo goes. */
class Places {
  private constructor(
    private readonly folder: InnerFolder,
    private readonly aside: SetAside,
    /** Names that are, or were, a photo's, in lower case: none is given again. */
    private readonly taken: Set<string>,
    private readonly held: ReadonlyMap<string, string>,
  ) {}

  static async of(
    plan: FixPlan,
    data: CheckedData,
    folder: InnerFolder,
    aside: SetAside,
    earlier: readonly string[],
  ): Promise<Places> {
    const paths = data.photos.map(({ path }) => path)
    const renames = plan.steps.some(step => step.do === 'rename')
    const held = renames ? heldByTables(await photoTables(folder.root, paths)) : new Map<string, string>()
    const taken = new Set([...paths, ...earlier].map(path => path.toLowerCase()))
    return new Places(folder, aside, taken, held)
  }

  async for(step: FixStep): Promise<{ readonly to: string } | { readonly reason: string }> {
    try {
      const to = await this.free(step)
      this.taken.add(to.toLowerCase())
      return { to }
    } catch (error) {
      // A photo behind a link.
      if (error instanceof ChiquitoError && error.code === 'data') return { reason: error.message }
      throw error
    }
  }

  private free(step: FixStep): Promise<string> {
    const { path } = step.photo
    const isTaken = (candidate: string) => this.taken.has(candidate.toLowerCase())
    if (step.do === 'set aside') return this.aside.placeFor(path, step.check, isTaken)
    const table = this.held.get(path)
    if (table === undefined) return freePath(this.folder, step.to, isTaken)
    throw new ChiquitoError('data', `"${table}" names it and cannot be changed: rename it by hand, there too`)
  }
}

/** A report as it grows. */
class Draft {
  private readonly setAside: FixReport['setAside'][number][] = []
  private readonly renamed: FixReport['renamed'][number][] = []
  private readonly left: LeftPhoto[]

  constructor(private readonly plan: FixPlan) {
    this.left = [...plan.left]
  }

  add(step: FixStep, to: string): void {
    const { path: photo } = step.photo
    if (step.do === 'rename') this.renamed.push({ photo, to })
    else this.setAside.push({ photo, to, check: step.check, stays: step.stays ?? null })
  }

  leave(step: FixStep, reason: string): void {
    this.left.push({ photo: step.photo.path, reason })
  }

  report({ changed, stale }: FollowedTables): FixReport {
    const notices = [
      ...this.plan.notices,
      ...stale.map(({ path, reason }) => `"${path}" still has the rows of before: ${reason}.`),
    ]
    const { setAside, renamed, left } = this
    return { setAside, renamed, tables: changed, left, notices }
  }
}

/** Why one photo was left; where it is no matter of one photo, the error, with how far it came. */
export function whyNot(error: unknown, done: number, all: number): string {
  if (!(error instanceof ChiquitoError)) throw error
  if (error.code === 'data') return error.message
  const code = errorCode(error.cause)
  if (error.code === 'io' && code !== undefined && ofOneFile.has(code)) return messageOf(error)
  throw new ChiquitoError(
    error.code,
    `${error.message} ${done} of ${plural(all, 'step')} ${done === 1 ? 'is' : 'are'} done and nothing is lost: the same command ` +
      'goes on, "undo" takes back what was done.',
    { cause: error },
  )
}
