import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError, commandName, exactTime, messageOf, shellPath } from '../core/index.js'
import { type Interval, wilson } from '../evaluate/index.js'
import { isThere, makeFolder, markOutput, writeFileAtomic } from '../files/index.js'
import { type FoldsInput, foldsText, renderFolds } from '../report/index.js'
import { RunFolder } from '../run/index.js'
import { manifestsAt } from '../splitting/index.js'
import { doubtsSchema, foldWarnings, unmeasuredWarnings } from './fold-warnings.js'
import { foldsByJobs } from './folds-by-jobs.js'
import { clearOtherFolds, foldNameOf } from './folds-folder.js'
import { type TrainOptions, type TrainResult, train } from './train.js'
import { asOneOfSeveral, shareOfBudget } from './train-budget.js'
import type { RunOptions } from './train-options.js'
import { trainRun } from './train-run.js'

export interface TrainFoldsOptions extends Omit<TrainOptions, 'manifest'> {
  /** Folder of manifests that `chiquito split --folds` wrote. */
  readonly folds: string
}

/** What one fold came to. */
export interface FoldResult {
  readonly manifest: string
  /** Absolute path of its run. */
  readonly run: string
  readonly report: string
  readonly photos: { readonly train: number; readonly valid: number; readonly test: number }
  readonly accuracy: number
  readonly interval: Interval
  readonly confusion: readonly (readonly number[])[]
  /** Of the probabilities; absent of a run by an older version. */
  readonly logLoss?: number | undefined
}

/** What a cross-validation gives back; also what `metrics.json` beside the folds' runs holds. */
export interface TrainFoldsResult {
  /** Absolute path of the folder in which each fold has its run. */
  readonly run: string
  readonly report: string
  readonly labels: readonly string[]
  readonly folds: readonly FoldResult[]
  /** Photos measured, and those right. */
  readonly count: number
  readonly right: number
  /** Over all photos: each is measured once, by the model that had not learnt from its fold. */
  readonly accuracy: number
  readonly interval: Interval
  /** Counts [true class][predicted class], over all folds. */
  readonly confusion: readonly (readonly number[])[]
  /** Standard deviation of the folds' accuracies. */
  readonly deviation: number
  /** What must be known before the figures are believed: leaks, shortcuts, photos that could not be used. */
  readonly warnings: readonly string[]
  readonly seconds: number
  /** The result for a terminal. */
  readonly summary: string
}

/** Of a fold that was trained before: what its `metrics.json` must hold. */
const metricsSchema = doubtsSchema.extend({
  run: z.string(),
  report: z.string(),
  labels: z.array(z.string()),
  photos: z.object({ train: z.number(), valid: z.number(), test: z.number() }),
  accuracy: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  confusion: z.array(z.array(z.number())),
  evaluation: z.object({ logLoss: z.number() }).optional(),
  seconds: z.number(),
})
type Metrics = z.infer<typeof metricsSchema>

/** Trains on what a folder of manifests says, fold by fold; or, where there is one only, on that division. */
export async function trainOnFolds(options: TrainFoldsOptions): Promise<TrainResult | TrainFoldsResult> {
  const { folds, ...rest } = options
  await requireTables(folds, options.data)
  const manifests = await manifestsAt(folds)
  return manifests.length === 1 ? train({ ...rest, manifest: manifests[0] }) : trainFolds(options)
}

/** @throws `usage` for a number of folds: photos are divided by others */
async function requireTables(folds: string, data: string): Promise<void> {
  if (!/^\d+$/.test(folds) || (await isThere(folds))) return
  throw new ChiquitoError(
    'usage',
    `--folds must name the tables of "${commandName()} split --folds", but is "${folds}". "${commandName()} evaluate ${shellPath(data)} ` +
      `--folds ${folds} --out FOLDER" divides the photos and measures every one once.`,
  )
}

/**
 * Cross-validation: trains on the photos of each manifest, a run each in `out`, and measures every photo once. With `resume`,
 * folds that are finished are kept.
 */
export function trainFolds(options: TrainFoldsOptions): Promise<TrainFoldsResult> {
  return trainFoldsAt(options.folds, options)
}

/** As `trainFolds`, for those that do so several times. */
export async function trainFoldsAt(
  place: string,
  options: Omit<RunOptions, 'manifest'>,
): Promise<TrainFoldsResult> {
  const started = performance.now()
  const manifests = await manifestsAt(place)
  const out = path.resolve(options.out)
  await requireOwn(out, manifests.map(foldNameOf), options)
  const elsewhere = options.queue === undefined ? undefined : await foldsByJobs(manifests, out, options)
  const folds: (Metrics & { manifest: string })[] = []
  const own = await budgetOf(out, manifests.map(foldNameOf), options)
  const { sharedBudget = own } = options
  for (const [i, manifest] of manifests.entries()) {
    const left = manifests.length - i
    const budget = shareOfBudget(own, (performance.now() - started) / 1000, left)
    const took = folds.map(({ seconds }) => seconds)
    const progress = asOneOfSeveral(options.progress, left - 1, took)
    folds.push({
      ...(await trainFold(manifest, out, {
        ...{ ...options, progress, budget, sharedBudget },
        resume: options.resume || elsewhere?.has(foldNameOf(manifest)),
      })),
      manifest,
    })
  }
  const { labels } = folds[0]
  const other = folds.find(fold => fold.labels.join('\0') !== labels.join('\0'))
  if (other !== undefined)
    throw new ChiquitoError(
      'data',
      `"${other.manifest}" has other classes (${other.labels.join(', ')}) than "${folds[0].manifest}" (${labels.join(', ')}). Divide the photos again.`,
    )
  const confusion = labels.map((_, row) =>
    labels.map((_, column) => folds.reduce((sum, fold) => sum + fold.confusion[row][column], 0)),
  )
  const count = confusion.flat().reduce((a, b) => a + b, 0)
  const right = labels.reduce((sum, _, label) => sum + confusion[label][label], 0)
  const figures = {
    labels,
    count,
    right,
    accuracy: right / count,
    interval: wilson(right, count) ?? ([0, 1] as const),
    confusion,
    deviation: deviationOf(folds.map(({ accuracy }) => accuracy)),
    warnings: [...unmeasuredWarnings(folds, labels), ...foldWarnings(folds, labels.length)],
    seconds: (performance.now() - started) / 1000,
  }
  const input: FoldsInput = {
    ...figures,
    command:
      options.command ??
      `${commandName()} train ${shellPath(options.data)} --folds ${shellPath(place)} --out ${shellPath(options.out)}`,
    folds: folds.map(({ manifest, photos, accuracy, interval }) => ({
      name: foldNameOf(manifest),
      report: `${encodeURIComponent(foldNameOf(manifest))}/report.html`,
      train: photos.train,
      valid: photos.valid,
      accuracy,
      interval,
    })),
  }
  const report = path.join(out, 'report.html')
  const result = {
    run: out,
    report,
    folds: folds.map(({ manifest, run, report, photos, accuracy, interval, confusion, evaluation }) => ({
      manifest,
      run,
      report,
      photos,
      accuracy,
      interval,
      confusion,
      logLoss: evaluation?.logLoss,
    })),
    ...figures,
    summary: foldsText(input),
  }
  await writeFileAtomic(report, await renderFolds(input))
  await writeFileAtomic(path.join(out, 'metrics.json'), `${JSON.stringify(result, undefined, 2)}\n`)
  return result
}

/** The budget that folds share: what is given, or what those that are gone on with had. */
async function budgetOf(
  out: string,
  names: readonly string[],
  { budget, resume }: Pick<TrainOptions, 'budget' | 'resume'>,
): Promise<number | undefined> {
  if (budget !== undefined || !resume) return budget
  for (const name of names) {
    const run = await RunFolder.open(path.join(out, name)).catch(() => undefined)
    const had = run?.record.configuration.sharedBudget
    if (typeof had === 'number') return had
  }
  return undefined
}

/** One fold's run: what it came to before, gone on with, or anew. */
async function trainFold(
  manifest: string,
  out: string,
  options: Omit<RunOptions, 'manifest'>,
): Promise<Metrics> {
  const name = foldNameOf(manifest)
  const run = path.join(out, name)
  const before = options.resume ? await RunFolder.open(run).catch(() => undefined) : undefined
  if (before?.record.state === 'finished') {
    const metrics = metricsSchema.safeParse(await before.readMetrics())
    if (metrics.success) return metrics.data
  }
  const { budget, sharedBudget } = options
  const part =
    budget === undefined || sharedBudget === undefined
      ? ''
      : `, with ${exactTime(budget)} of the budget of ${exactTime(sharedBudget)}`
  options.progress?.({ kind: 'notice', message: `${name}: from "${manifest}"${part}`, isRoutine: true })
  try {
    const resume = before !== undefined && before.record.state !== 'finished'
    const asked = { ...options, out: run, manifest, resume }
    return metricsSchema.parse(await trainRun({ ...asked, isForFigures: true }))
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    throw new ChiquitoError(error.code, `${name}: ${messageOf(error)}`, { cause: error })
  }
}

/** Runs go into a folder that is new, empty, or holds a cross-validation. @throws `usage`, `io` */
async function requireOwn(
  out: string,
  names: readonly string[],
  { resume, overwrite }: Pick<TrainOptions, 'resume' | 'overwrite'>,
): Promise<void> {
  await makeFolder(out)
  if (overwrite && !resume) await clearOtherFolds(out, names)
  const own = new Set([...names, 'chiquito.json', 'report.html', 'metrics.json'])
  const foreign = (await readdir(out)).find(name => !own.has(name) && !name.startsWith('.'))
  if (foreign !== undefined)
    throw new ChiquitoError(
      'usage',
      `"${out}" holds other things, such as "${foreign}". Give a new folder for the runs of the folds.`,
    )
  if (!resume) for (const name of names) await RunFolder.checkFree(path.join(out, name), { overwrite })
  await markOutput(out, 'folds')
}

function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}
