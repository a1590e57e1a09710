import type { PreprocessingOptions } from '../backbones/index.js'
import { ChiquitoError, INTERRUPTED, throwIfAborted, type WorkOptions } from '../core/index.js'
import { listPhotos } from '../dataset/index.js'
import {
  type Check,
  type CheckedData,
  type CheckedFeatures,
  type Finding,
  featuresOf,
  fillFacts,
  type MarksSet,
  type OpenedData,
  openCheckedData,
  type Shortcut,
  settleCutOff,
  shortcutsOf,
} from '../doctor/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { type AskedBy, requireOutputFile } from '../files/index.js'
import { checksFor, SHORTCUTS } from './chosen-checks.js'
import { isOnlyToMark, onlyMark } from './doctor-marks.js'
import { checkEngineChoice, type EngineChoice, workStore } from './engine-choice.js'
import { noticeOnce } from './notice-once.js'
import { openEngine } from './open-engine.js'
import {
  askAgain,
  isToMark,
  isToPutRight,
  type PutRightRequest,
  type PutRightResult,
  putRightIn,
  rememberMarks,
} from './put-right.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

export interface DoctorOptions extends DeviceOptions, WorkOptions, PutRightRequest, EngineChoice {
  /** Folder of photos, or of a data set in any layout. */
  readonly data: string
  /**
   * Only the checks of files and small pictures: seconds. By default the photos are looked at by the pretrained network, too,
   * which takes about as long as training without fine-tuning, and is kept for it.
   */
  readonly quick?: boolean | undefined
  /** Only these checks, by name, as {@link ToldCheck} and `docs/checks.md` have them; shortcuts are only looked for by theirs. */
  readonly checks?: readonly string[] | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /** Where classes come from: see `train`. */
  readonly labelsFrom?: string | undefined
  /** Pretrained network of the deep checks, as for `train`. */
  readonly backbone?: string | undefined
  readonly preprocessing?: PreprocessingOptions | undefined
  /** False: nothing that was measured is taken from the cache, nor kept there. */
  readonly cache?: boolean | undefined
  /** Also write what was found as one page, to this file. */
  readonly report?: string | undefined
}

/** A finding as it is told. */
export interface ToldFinding {
  /** Name of the check that found it. */
  readonly check: string
  /** Photos it is about, relative to the folder, with `/`: one, a pair or a group; none where it is about a class or all. */
  readonly photos: readonly string[]
  /** Whether it is beyond doubt, so that `fix` may act on it. */
  readonly certain: boolean
  /** One sentence. */
  readonly message: string
  /** Which sentence, and what stands in it, for whoever says it in another language; undefined where it is about no photo. */
  readonly said?: { readonly code: string; readonly values: readonly (string | number)[] } | undefined
  /** True where it is how a large part of the photos is, told once: no fault of each. */
  readonly isStyle?: true | undefined
}

/** A check as it is told. */
export interface ToldCheck {
  readonly name: string
  readonly title: string
  /** What to do about what it finds. */
  readonly advice: string
}

export interface DoctorResult {
  /** Absolute path that photos are relative to. */
  readonly folder: string
  readonly photos: number
  readonly classes: readonly { readonly label: string; readonly photos: number }[]
  /** Sorted by how much they matter: by check, and within it. */
  readonly findings: readonly ToldFinding[]
  /** How well each property of files and pictures tells a class from the rest, the strongest first; none where not asked for. */
  readonly shortcuts: readonly Shortcut[]
  /** The checks that ran, in that order; none where marks were all that was asked for. */
  readonly checks: readonly ToldCheck[]
  readonly notices: readonly string[]
  /** What was said of photos, where that was asked for. */
  readonly marks: MarksSet | null
  /** What was put right, or would be, where that was asked for. */
  readonly done: PutRightResult | null
  /** The page, where it was asked for. */
  readonly report: string | null
  readonly seconds: number
}

/**
 * Looks at the photos of a folder, or of a data set, and says what is wrong with them.
 *
 * @throws `io`, `data` where there is no photo; `usage`; `model` for a backbone that is none; `interrupted`
 */
export function doctor(options: DoctorOptions): Promise<DoctorResult> {
  return doctorFor('library', options)
}

export async function doctorFor(by: AskedBy, options: DoctorOptions): Promise<DoctorResult> {
  try {
    return await examine(by, options)
  } catch (error) {
    // Libraries that were told to stop throw errors of their own; where photos were being put right, ours says how far that came.
    const isTold = error instanceof ChiquitoError && error.message !== INTERRUPTED
    if (options.signal?.aborted !== true || options.cache === false || isTold) throw error
    const goOn = 'What was measured so far is kept: the same command goes on from there.'
    throw new ChiquitoError('interrupted', `${INTERRUPTED} ${goOn}`, { cause: error })
  }
}

async function examine(by: AskedBy, options: DoctorOptions): Promise<DoctorResult> {
  const started = performance.now()
  const { data: folder, report, progress, signal } = options
  const asked = checksFor(options)
  const isDeep = asked.some(({ depth }) => depth === 'deep')
  if (isDeep) (await import('../backbones/index.js')).checkBackboneName(options.backbone ?? USUAL_BACKBONE)
  else refuseWithoutNetwork(options)
  if (isOnlyToMark(options)) return onlyMark(options, by)
  if (report !== undefined) await requireOutputFile(report, 'page', /^\s*<!doctype html/i)
  await measuredByOthers(options)
  const open = () => openCheckedData(folder, options)
  const { notices, ...data } = await openSettled(open, options)
  const marks = isToMark(options) ? await rememberMarks(data.root, options, by) : null
  const features = isDeep ? await deepFeatures(data, options) : undefined
  const ran = asked.filter(check => check.depth === 'quick' || features !== undefined)
  const all = await runChecks(ran, data, features, { progress, signal })
  const { findings, notices: more } = await askAgain(data, all)
  const isAsked = ran.some(({ name }) => name === SHORTCUTS)
  const shortcuts = isAsked ? await shortcutsOf(data, { progress, signal }) : []
  const notes = [...notices, ...more]
  const classes = countsOf(data)
  if (report !== undefined) {
    const { writeDoctorPage } = await import('./doctor-page.js')
    const page = { data, classes, root: folder, features, checks: ran, findings, shortcuts, notes }
    await writeDoctorPage(report, page, { progress, signal })
  }
  const done = isToPutRight(options) ? await putRightIn(data, findings, { ...options, by }, open) : null
  return {
    folder: data.root,
    photos: data.photos.length,
    classes,
    findings: findings.map(({ weight, ...told }) => told),
    shortcuts,
    checks: ran.map(({ name, title, advice }) => ({ name, title, advice })),
    notices: notes,
    marks,
    done,
    report: report ?? null,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Has the workers of a queue measure the photos, where one is given: what they find lies where they are then looked for. */
async function measuredByOthers(options: DoctorOptions): Promise<void> {
  const { queue, data, progress, signal } = options
  checkEngineChoice(options)
  if (queue === undefined) return
  const { factsHelp } = await import('./jobs/facts-help.js')
  const { root, files } = await listPhotos(data, options)
  const opened = await openEngine({ queue, store: workStore(options, ''), progress, signal })
  try {
    const paths = files.map(({ path }) => path)
    await fillFacts(root, paths, factsHelp(opened, root), { progress, signal })
  } finally {
    await opened.close()
  }
}

function countsOf({ labels, photos }: CheckedData): DoctorResult['classes'] {
  const counts = labels.map(label => ({ label, photos: 0 }))
  for (const { label } of photos) counts[label].photos++
  return counts
}

/** Only now is it known where the folder's journal lies; what a kill left half done there is finished before photos are judged. */
async function openSettled(open: () => Promise<OpenedData>, options: DoctorOptions): Promise<OpenedData> {
  const data = await open()
  const isToChange = isToMark(options) || (isToPutRight(options) && options.dryRun !== true)
  return isToChange && (await settleCutOff(data.root)) ? open() : data
}

/** Options of the network have no effect where none is asked. */
function refuseWithoutNetwork({ quick, backbone, preprocessing, device, threads }: DoctorOptions): void {
  const given = Object.entries({ backbone, preprocessing, device, threads }).find(
    ([, value]) => value !== undefined,
  )
  if (given === undefined) return
  const why = quick === true ? 'which --quick leaves out' : 'and none of them is among --checks'
  throw new ChiquitoError('usage', `--${given[0]} is for the deep checks, ${why}. Give one of them.`)
}

/** Undefined where no photo can be looked at. */
async function deepFeatures(data: CheckedData, options: DoctorOptions): Promise<CheckedFeatures | undefined> {
  const { backbone: name = USUAL_BACKBONE, preprocessing, cache, progress, signal, device, threads } = options
  if (data.photos.every(({ facts }) => facts.problem !== null)) return undefined
  const { loadBackbone } = await import('../backbones/index.js')
  const backbone = await loadBackbone(name, { preprocessing, progress, signal })
  const { helpersFor } = await import('./train-helpers.js')
  const helpers = await helpersFor(options, { progress, signal })
  return featuresOf(data, {
    backbone,
    help: helpers?.help,
    store: cache === false ? null : undefined,
    device,
    threads,
    notice: noticeOnce(progress),
    progress,
    signal,
  }).finally(() => helpers?.close())
}

async function runChecks(
  ran: readonly Check[],
  data: CheckedData,
  features: CheckedFeatures | undefined,
  { progress, signal }: WorkOptions,
): Promise<Finding[]> {
  const task = 'Checking'
  const findings: Finding[] = []
  progress?.({ kind: 'start', task, total: ran.length })
  for (const [i, check] of ran.entries()) {
    throwIfAborted(signal)
    progress?.({ kind: 'advance', task, done: i, total: ran.length, note: check.title })
    const found =
      check.depth === 'quick'
        ? await check.run(data, { signal })
        : features && (await check.run({ ...data, features }, { signal }))
    findings.push(...(found ?? []).toSorted((a, b) => b.weight - a.weight))
  }
  progress?.({ kind: 'end', task })
  return findings
}
