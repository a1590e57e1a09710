import type { WorkOptions } from '../core/index.js'
import { type AskedBy, Journal, type OperationWriter, readJournal, tidySetAside } from '../files/index.js'
import type { CheckedData } from './check.js'
import {
  applyEvenOut,
  describePlan,
  type EvenOutReport,
  type EvenPlan,
  earlierPlan,
  evenedPhotos,
  evenPlanSchema,
  planEvenOut,
} from './even-out/index.js'
import type { Finding } from './finding.js'
import { applyFix, type FixPlan, type FixReport, linkedPhotos, planFix, previewFix } from './fix/index.js'

export interface PutRightOptions extends WorkOptions {
  /** Set aside what is certain, and rename wrong extensions. */
  readonly fix?: boolean | undefined
  /** Write the photos so that size, shape, compression and metadata no longer tell the classes apart. */
  readonly evenOut?: boolean | undefined
  /** Say what would be done, and change nothing. */
  readonly dryRun?: boolean | undefined
  readonly by: AskedBy
  /** Looks at the folder again, after photos were moved. */
  readonly reopen: () => Promise<CheckedData>
}

export interface PutRight {
  readonly fix: FixReport | null
  readonly evenOut: EvenOutReport | null
  /** Number of the operation in the journal; null where nothing was done. */
  readonly operation: number | null
}

/**
 * Puts right what was found, as one operation in the folder's journal, which `undo` takes back. One that was cut off goes on.
 *
 * @param findings - without those that a person settled
 * @throws `usage` where one class is to be evened out; `data` for a damaged or newer journal; `io`; `interrupted`
 */
export async function putRight(
  data: CheckedData,
  findings: readonly Finding[],
  options: PutRightOptions,
): Promise<PutRight> {
  const { fix = false, evenOut = false, dryRun = false } = options
  // What cannot be done at all is said before anything is.
  const linked = await linkedPhotos(data, options)
  const plans = {
    fix: fix ? planFix(findings, data, linked) : undefined,
    even: evenOut ? planEvenOut(data) : undefined,
  }
  if (dryRun) return preview(data, plans, options)
  const name = ['doctor', fix ? '--fix' : '', evenOut ? '--even-out' : ''].filter(Boolean).join(' ')
  const hasWork = (plans.fix !== undefined && plans.fix.steps.length > 0) || plans.even !== undefined
  if (!hasWork && (await cutOffName(data.root)) !== name) return preview(data, plans, options)
  const journal = await Journal.open(data.root)
  try {
    const writer = await journal.begin(name, options.by)
    const fixed = plans.fix === undefined ? null : await applyFix(plans.fix, data, writer, options)
    const now = evenOut && fix ? await options.reopen() : data
    const evened = evenOut ? await evenOutNow(now, journal, writer, options) : null
    await tidySetAside(journal.folder)
    await writer.end()
    return { fix: fixed, evenOut: evened, operation: writer.id }
  } finally {
    journal.close()
  }
}

async function evenOutNow(
  data: CheckedData,
  journal: Journal,
  writer: OperationWriter,
  options: WorkOptions,
): Promise<EvenOutReport> {
  const settled = evenPlanSchema.safeParse(writer.operation.plan).data
  const plan = settled ?? earlierPlan(journal.operations, planEvenOut(data))
  if (plan === undefined) return previewEvenOut(plan, data)
  if (settled === undefined) await writer.settleOn(plan)
  const [earlier, linked] = [evenedPhotos(journal.operations), await linkedPhotos(data, options)]
  return applyEvenOut(plan, data, writer, { ...options, earlier, linked })
}

/** What would be done, or that there is nothing to do. */
async function preview(
  data: CheckedData,
  plans: { readonly fix: FixPlan | undefined; readonly even: EvenPlan | undefined },
  { evenOut = false }: PutRightOptions,
): Promise<PutRight> {
  const operations = (await readJournal(data.root))?.history.operations ?? []
  return {
    fix: plans.fix === undefined ? null : await previewFix(plans.fix, data),
    evenOut: evenOut ? previewEvenOut(earlierPlan(operations, plans.even), data) : null,
    operation: null,
  }
}

async function cutOffName(root: string): Promise<string | undefined> {
  const last = (await readJournal(root))?.history.operations.at(-1)
  return last?.state === 'open' ? last.name : undefined
}

/**
 * Finishes the act that a kill cut off, or takes it back; whether there was one.
 *
 * @throws `io` when another process has the journal; `data` for a damaged or newer one
 */
export async function settleCutOff(root: string): Promise<boolean> {
  if ((await readJournal(root))?.history.pending === undefined) return false
  const journal = await Journal.open(root)
  journal.close()
  return true
}

/** A sentence on an operation that was cut off in this folder, or is under way; undefined where there is none. @throws `data`, `io` */
export async function noticeCutOff(root: string): Promise<string | undefined> {
  const last = (await readJournal(root))?.history.operations.at(-1)
  if (last?.state !== 'open') return undefined
  if (Journal.isOpen(root))
    return `"${last.name}" is at work here in another process: what is told now may be other photos in a moment.`
  return last.undoes === undefined
    ? `"${last.name}" was cut off here: the same command goes on, "undo" takes back what it did.`
    : 'An "undo" was cut off here: give it again to finish it.'
}

function previewEvenOut(plan: EvenPlan | undefined, { photos }: Pick<CheckedData, 'photos'>): EvenOutReport {
  const usable = photos.filter(({ facts }) => facts.problem === null).length
  return {
    plan: plan ?? null,
    photos: plan === undefined ? 0 : usable,
    tables: [],
    left: [],
    notices: [
      plan === undefined
        ? 'Size, shape, compression and metadata tell nothing of the classes: there is nothing to even out.'
        : describePlan(plan),
    ],
  }
}
