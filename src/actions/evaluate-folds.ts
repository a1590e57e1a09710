import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { argumentError, ChiquitoError, commandName, shellPath, throwIfAborted } from '../core/index.js'
import type { Interval } from '../evaluate/index.js'
import { ioError, isRunFolder, makeFolder, markOutput, textIfThere, writeFileAtomic } from '../files/index.js'
import { type RepeatsInput, renderRepeats, repeatsText } from '../report/index.js'
import { RunFolder } from '../run/index.js'
import { type FoldedFigure, figuresOf } from './folded-figures.js'
import { settingsOfRun } from './resume.js'
import { openDealer } from './split-folds.js'
import { type TrainFoldsResult, trainFolds } from './train-folds.js'
import type { TrainOptions } from './train-options.js'

export type { FoldedFigure } from './folded-figures.js'

export interface EvaluateFoldsOptions extends Omit<TrainOptions, 'manifest' | 'validFraction' | 'data'> {
  /** Folder of photos; or of a run, whose photos and settings are taken. */
  readonly data: string
  /** Folder for the runs, one for each fold of each repetition. */
  readonly out: string
  /** Into so many parts the photos are dealt, each measured by a model that learnt from the others; 2 to 100. */
  readonly folds: number
  /** So many times, each time dealt otherwise; 1 by default, 100 at most. */
  readonly repeats?: number | undefined
}

/** What a repeated cross-validation gives back; also what `metrics.json` in its folder holds. */
export interface EvaluateFoldsResult {
  /** Absolute paths. */
  readonly data: string
  readonly out: string
  readonly report: string
  readonly labels: readonly string[]
  readonly folds: number
  readonly repeats: number
  /** Photos, each measured once in every repetition. */
  readonly count: number
  /** Over all folds, with a 95 % interval that knows that folds share most of what they learn from. */
  readonly accuracy: number
  readonly interval: Interval
  /** Accuracy, the recall of each class, log loss. */
  readonly figures: readonly FoldedFigure[]
  /** Of each repetition, with its folds. */
  readonly rounds: readonly Omit<TrainFoldsResult, 'summary'>[]
  readonly warnings: readonly string[]
  readonly seconds: number
  /** The result for a terminal. */
  readonly summary: string
}

const MOST = 100
/** What was asked for, so that nothing else is gone on with. */
const ASKED = 'asked.json'

const askedSchema = z.object({ data: z.string(), folds: z.number(), seed: z.number() })

/**
 * Repeated, stratified cross-validation: photos are dealt into folds as `split` does (copies, pages, people, clips and bursts
 * together), a model is trained for each, and every photo is measured by models that have not learnt from it. With `resume`, what is
 * finished is kept; more repetitions than before are added to it.
 *
 * @throws `usage`, `data`, `io`, `interrupted`
 */
export async function evaluateFolds(given: EvaluateFoldsOptions): Promise<EvaluateFoldsResult> {
  const started = performance.now()
  const { folds, repeats = 1 } = given
  requireCounts(folds, repeats)
  const asked = await resolved(given)
  const options = { ...asked, seed: asked.seed ?? 0 }
  const out = path.resolve(options.out)
  const begun = { data: path.resolve(options.data), folds, seed: options.seed }
  await requireOwn(out, begun, options)
  const tables = await tablesIn(out, begun, { ...options, repeats })
  const rounds: TrainFoldsResult[] = []
  for (const [r, table] of tables.entries()) {
    throwIfAborted(options.signal)
    rounds.push(await round(options, table, path.join(out, roundName(r)), r, tables.length))
  }
  const { figures, accuracy, interval } = figuresOf(rounds)
  const result = {
    data: path.resolve(options.data),
    out,
    report: path.join(out, 'report.html'),
    labels: rounds[0].labels,
    folds,
    repeats,
    count: rounds[0].count,
    accuracy,
    interval,
    figures,
    rounds: rounds.map(({ summary: _, ...one }) => one),
    warnings: [...new Set(rounds.flatMap(({ warnings }) => warnings))],
    seconds: (performance.now() - started) / 1000,
  }
  const input: RepeatsInput = {
    ...result,
    rounds: rounds.map(({ right, accuracy }, r) => ({
      name: roundName(r),
      report: `${roundName(r)}/report.html`,
      right,
      accuracy,
    })),
    command: given.command ?? commandOf(options, repeats),
  }
  const whole = { ...result, summary: repeatsText(input) }
  await writeFileAtomic(result.report, await renderRepeats(input))
  await writeFileAtomic(path.join(out, 'metrics.json'), `${JSON.stringify(whole, undefined, 2)}\n`)
  return whole
}

function requireCounts(folds: number, repeats: number): void {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= MOST))
    throw argumentError('folds', `a whole number from 2 to ${MOST}`, folds)
  if (!(Number.isInteger(repeats) && repeats >= 1 && repeats <= MOST))
    throw argumentError('repeats', `a whole number from 1 to ${MOST}`, repeats)
}

/** The photos and settings meant: those of a run, where one is given. */
async function resolved(given: EvaluateFoldsOptions): Promise<EvaluateFoldsOptions> {
  if ((await stat(given.data).catch(() => undefined))?.isFile())
    throw new ChiquitoError(
      'usage',
      `"${given.data}" is a file. Cross-validation trains models: give the folder of photos, or of a run, whose photos and settings are taken.`,
    )
  if (!(await isRunFolder(given.data))) return given
  const run = await RunFolder.open(given.data)
  const { manifest: _, validFraction: __, ...own } = settingsOfRun(run)
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...own, ...asked, data: run.record.dataset.root, out: given.out, folds: given.folds }
}

function roundName(r: number): string {
  return `repeat-${r + 1}`
}

/** The folder for all of it: new, empty, or of the same cross-validation. @throws `usage`, `io` */
async function requireOwn(
  out: string,
  asked: z.infer<typeof askedSchema>,
  { resume, overwrite }: Pick<TrainOptions, 'resume' | 'overwrite'>,
): Promise<void> {
  const own = new Set(['tables', 'chiquito.json', 'report.html', 'metrics.json', ASKED])
  if ((await stat(out).catch(() => undefined)) === undefined) return
  const names = (
    await readdir(out).catch(error => Promise.reject(ioError(error, 'read the folder', out)))
  ).filter(name => !name.startsWith('.'))
  const foreign = names.find(name => !own.has(name) && !/^repeat-\d+$/.test(name))
  if (foreign !== undefined)
    throw new ChiquitoError(
      'usage',
      `"${out}" holds other things, such as "${foreign}". Give a new folder for the runs of the folds.`,
    )
  const before = await askedBefore(out)
  if (names.length > 0 && !resume && !overwrite)
    throw new ChiquitoError(
      'usage',
      `"${out}" already holds a cross-validation. Go on with it with --resume, give another folder, or --overwrite to replace it.`,
    )
  const other = (['data', 'folds', 'seed'] as const).find(
    name => before !== undefined && before[name] !== asked[name],
  )
  if (before !== undefined && other !== undefined)
    throw new ChiquitoError(
      'usage',
      `The cross-validation in "${out}" was begun with ${other} ${JSON.stringify(before[other])}, not ${JSON.stringify(asked[other])}. ` +
        'Give the same, or another folder.',
    )
}

/** Undefined where nothing was begun, or a kill left nothing readable. @throws `io` */
async function askedBefore(out: string): Promise<z.infer<typeof askedSchema> | undefined> {
  const text = await textIfThere(path.join(out, ASKED))
  try {
    return askedSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The tables of each repetition; those that are there are kept. Nothing is written before the photos are known to be usable. */
async function tablesIn(
  out: string,
  begun: z.infer<typeof askedSchema>,
  options: EvaluateFoldsOptions & { readonly repeats: number },
): Promise<string[]> {
  const { data, repeats, followLinks, labelsFrom, progress, signal } = options
  const tables = Array.from({ length: repeats }, (_, r) => path.join(out, 'tables', roundName(r)))
  const there = await Promise.all(tables.map(isThere))
  const isComplete = there.every(Boolean)
  const dealer = isComplete
    ? undefined
    : await openDealer({ data, followLinks, labelsFrom, progress, signal })
  await makeFolder(path.join(out, 'tables'))
  await markOutput(out, 'evaluation')
  await writeFileAtomic(path.join(out, ASKED), `${JSON.stringify(begun)}\n`)
  for (const [r, table] of tables.entries())
    if (!there[r]) await dealer?.write(table, begun.folds, begun.seed + r)
  return tables
}

async function isThere(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined)) !== undefined
}

async function round(
  options: EvaluateFoldsOptions & { readonly seed: number },
  table: string,
  out: string,
  r: number,
  repeats: number,
): Promise<TrainFoldsResult> {
  const { folds: _, repeats: __, seed, progress, ...rest } = options
  if (repeats > 1)
    progress?.({ kind: 'notice', message: `Repetition ${r + 1} of ${repeats}`, isRoutine: true })
  return trainFolds({ ...rest, progress, seed: seed + r, folds: table, out })
}

function commandOf({ data, out, folds }: EvaluateFoldsOptions, repeats: number): string {
  return `${commandName()} evaluate ${shellPath(data)} --folds ${folds} --repeats ${repeats} --out ${shellPath(out)}`
}
