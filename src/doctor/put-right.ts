import type { WorkOptions } from '../core/index.js'
import { type AskedBy, Journal, readJournal, tidySetAside } from '../files/index.js'
import type { CheckedData } from './check.js'
import {
  applyEvenOut,
  describePlan,
  type EvenOutReport,
  evenPlanSchema,
  planEvenOut,
} from './even-out/index.js'
import type { Finding } from './finding.js'
import { applyFix, type FixReport, planFix, previewFix } from './fix/index.js'

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
  const plan = fix ? planFix(findings, data) : undefined
  // What cannot be done at all is said before anything is.
  const planned = evenOut ? planEvenOut(data) : undefined
  if (dryRun)
    return {
      fix: plan === undefined ? null : await previewFix(plan, data),
      evenOut: evenOut ? previewEvenOut(planned, data) : null,
      operation: null,
    }
  const name = ['doctor', fix ? '--fix' : '', evenOut ? '--even-out' : ''].filter(Boolean).join(' ')
  const journal = await Journal.open(data.root)
  try {
    const isGoingOn = journal.cutOff?.name === name
    const hasWork = (plan !== undefined && plan.steps.length > 0) || planned !== undefined
    if (!isGoingOn && !hasWork)
      return {
        fix: plan === undefined ? null : await previewFix(plan, data),
        evenOut: evenOut ? previewEvenOut(undefined, data) : null,
        operation: null,
      }
    const writer = await journal.begin(name, options.by)
    const fixed = plan === undefined ? null : await applyFix(plan, data, writer, options)
    let evened: EvenOutReport | null = null
    if (evenOut) {
      const now = fix ? await options.reopen() : data
      const settled = evenPlanSchema.safeParse(writer.operation.plan).data
      const even = settled ?? planEvenOut(now)
      if (even !== undefined && settled === undefined) await writer.settleOn(even)
      evened = even === undefined ? previewEvenOut(even, now) : await applyEvenOut(even, now, writer, options)
    }
    await tidySetAside(journal.folder)
    await writer.end()
    return { fix: fixed, evenOut: evened, operation: writer.id }
  } finally {
    journal.close()
  }
}

/** A sentence on an operation that was cut off in this folder; undefined where none was. @throws `data`, `io` */
export async function noticeCutOff(root: string): Promise<string | undefined> {
  const last = (await readJournal(root))?.history.operations.at(-1)
  if (last?.state !== 'open') return undefined
  return last.undoes === undefined
    ? `"${last.name}" was cut off here: the same command goes on, "undo" takes back what it did.`
    : 'An "undo" was cut off here: give it again to finish it.'
}

function previewEvenOut(
  plan: ReturnType<typeof planEvenOut>,
  { photos }: Pick<CheckedData, 'photos'>,
): EvenOutReport {
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
