import type { WorkOptions } from '../core/index.js'
import {
  type CheckedData,
  type EvenOutReport,
  type Finding,
  type FixReport,
  type MarkRequest,
  type MarksSet,
  noticeCutOff,
  putRight,
  readMarks,
  type Shortcut,
  setMarks,
  shortcutsOf,
  unsettled,
} from '../doctor/index.js'
import type { AskedBy } from '../files/index.js'

/** What a person asks to be done about findings, beside being told them. */
export interface PutRightRequest extends MarkRequest {
  /**
   * Set aside what is certain (copies but one, files that cannot be read), and rename wrong extensions. Nothing is deleted;
   * `undo` takes it back.
   */
  readonly fix?: boolean | undefined
  /** Write the photos so that size, shape, compression and metadata no longer tell the classes apart; originals are kept. */
  readonly evenOut?: boolean | undefined
  /** Only say what `fix` and `evenOut` would do. */
  readonly dryRun?: boolean | undefined
}

/** What was done about findings, or would be. */
export interface PutRightResult {
  /** Number by which `undo` knows it; null where nothing was done. */
  readonly operation: number | null
  readonly isDryRun: boolean
  readonly fix: FixReport | null
  readonly evenOut: EvenOutReport | null
  /** How well properties told the classes apart before photos were evened out, and do now. */
  readonly shortcuts: { readonly before: readonly Shortcut[]; readonly after: readonly Shortcut[] } | null
}

/** Whether anything is to be done to the photos. */
export function isToPutRight({ fix, evenOut }: PutRightRequest): boolean {
  return fix === true || evenOut === true
}

/** Whether a person says something of photos. */
export function isToMark({ keep, apart, forget }: PutRightRequest): boolean {
  return [keep, apart, forget].some(said => said !== undefined)
}

/** Remembers what a person says of photos. @throws `usage` for a photo that is not there; `data`; `io` */
export function rememberMarks(root: string, request: PutRightRequest, by: AskedBy): Promise<MarksSet> {
  return setMarks(root, request, by)
}

/** Findings that a person has not settled, and a sentence on what was cut off in the folder. @throws `data`, `io` */
export async function askAgain(
  data: CheckedData,
  findings: readonly Finding[],
): Promise<{ readonly findings: Finding[]; readonly notices: readonly string[] }> {
  const notice = await noticeCutOff(data.root)
  return {
    findings: unsettled(findings, data, await readMarks(data.root)),
    notices: notice === undefined ? [] : [notice],
  }
}

/**
 * Puts right what was found.
 *
 * @param findings - without those that a person settled
 * @param reopen - looks at the folder again
 * @throws `usage` where one class is to be evened out; `data` for a damaged or newer journal; `io`; `interrupted`
 */
export async function putRightIn(
  data: CheckedData,
  findings: readonly Finding[],
  { fix, evenOut, dryRun, by, ...work }: PutRightRequest & WorkOptions & { readonly by: AskedBy },
  reopen: () => Promise<CheckedData>,
): Promise<PutRightResult> {
  const before = evenOut === true ? await shortcutsOf(data, work) : []
  const done = await putRight(data, findings, { ...work, fix, evenOut, dryRun, by, reopen })
  const isEvened = done.operation !== null && done.evenOut !== null && done.evenOut.plan !== null
  const after = isEvened ? await shortcutsOf(await reopen(), work) : []
  return { ...done, isDryRun: dryRun === true, shortcuts: isEvened ? { before, after } : null }
}
