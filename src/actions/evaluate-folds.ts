import { stat } from 'node:fs/promises'
import path from 'node:path'
import { argumentError, ChiquitoError, commandName, shellPath, throwIfAborted } from '../core/index.js'
import { type Interval, mayBe } from '../evaluate/index.js'
import { isRunFolder, isThere, makeFolder, markOutput, writeFileAtomic } from '../files/index.js'
import { type RepeatsInput, renderRepeats, repeatsText } from '../report/index.js'
import { RunFolder } from '../run/index.js'
import { type FoldedFigure, figuresOf } from './folded-figures.js'
import {
  type AskedFolds,
  begunIn,
  clearFolds,
  placesOfRepeat,
  requireSameFolds,
  settingsIn,
  writeAsked,
} from './folds-folder.js'
import { reachEngine } from './open-engine.js'
import { settingsOfRun } from './resume.js'
import { openDealer } from './split-folds.js'
import { asOneOfSeveral, shareOfBudget } from './train-budget.js'
import { type TrainFoldsResult, trainFoldsAt } from './train-folds.js'
import type { RunOptions, TrainOptions } from './train-options.js'

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
  /** What so few photos do not bear out: "98 % of 50 photos: it may be 90 %"; null where they do. */
  readonly mayBe: string | null
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
  const { out, asked, options } = await begun(await resolved(given))
  await reachEngine(options, options.signal)
  await dealFolds(out, asked, { ...options, repeats })
  const rounds: TrainFoldsResult[] = []
  for (let r = 0; r < repeats; r++) {
    throwIfAborted(options.signal)
    const took = rounds.map(({ seconds }) => seconds)
    const left = repeats - r
    const progress = asOneOfSeveral(options.progress, left - 1, took)
    const budget = shareOfBudget(options.budget, (performance.now() - started) / 1000, left)
    const own = { progress, budget, sharedBudget: options.budget }
    rounds.push(await round({ ...options, ...own }, out, r, repeats))
  }
  const { figures, accuracy, interval } = figuresOf(rounds)
  const { labels, count } = rounds[0]
  const doubt = mayBe({ accuracy, count, interval }) ?? null
  const result = {
    data: path.resolve(options.data),
    out,
    report: path.join(out, 'report.html'),
    labels,
    folds,
    repeats,
    count,
    accuracy,
    interval,
    mayBe: doubt,
    figures,
    rounds: rounds.map(({ summary: _, ...one }) => one),
    warnings: [...fewPhotos(doubt), ...new Set(rounds.flatMap(({ warnings }) => warnings))],
    seconds: (performance.now() - started) / 1000,
  }
  const input: RepeatsInput = {
    ...result,
    rounds: rounds.map(({ right, accuracy }, r) => ({
      name: placesOfRepeat(out, r).name,
      report: `${placesOfRepeat(out, r).name}/report.html`,
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

function fewPhotos(doubt: string | null): string[] {
  return doubt === null
    ? []
    : [`${doubt}. Only more photos would tell; repeating measures the same ones again.`]
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
  const { manifest: _, validFraction: __, sharedBudget: ___, ...own } = settingsOfRun(run)
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  // What one model was given is given to each.
  const budget = own.budget && own.budget * given.folds * (given.repeats ?? 1)
  return { ...own, budget, ...asked, data: run.record.dataset.root, out: given.out, folds: given.folds }
}

/** What is asked for, or what was begun and is gone on with: its settings, in the place of those left out. */
async function begun(given: EvaluateFoldsOptions): Promise<{
  readonly out: string
  readonly asked: AskedFolds
  readonly options: EvaluateFoldsOptions & { readonly seed: number }
}> {
  const out = path.resolve(given.out)
  const data = path.resolve(given.data)
  const before = await begunIn(out, given)
  if (!before || !given.resume) {
    const seed = given.seed ?? 0
    const asked = { data, folds: given.folds, seed, settings: settingsIn(given) }
    return { out, asked, options: { ...given, seed } }
  }
  requireSameFolds(out, before, { data, folds: given.folds, seed: given.seed }, given)
  return { out, asked: before, options: { ...given, ...before.settings, seed: before.seed } }
}

/**
 * Deals the photos for each repetition; tables that are there are kept. Nothing is written, nor what is to be replaced removed,
 * before the photos are known to be usable, and enough for so many folds.
 */
async function dealFolds(
  out: string,
  asked: AskedFolds,
  options: EvaluateFoldsOptions & { readonly repeats: number },
): Promise<void> {
  const { data, repeats, resume, overwrite, followLinks, labelsFrom, progress, signal } = options
  const tables = Array.from({ length: repeats }, (_, r) => placesOfRepeat(out, r).table)
  const there = await Promise.all(tables.map(async table => resume === true && (await isThere(table))))
  const isComplete = there.every(Boolean)
  const dealer = isComplete
    ? undefined
    : await openDealer({ data, followLinks, labelsFrom, progress, signal }, asked.folds)
  if (overwrite) await clearFolds(out)
  await makeFolder(out)
  await markOutput(out, 'evaluation')
  await writeAsked(out, asked)
  await makeFolder(path.join(out, 'tables'))
  for (const [r, table] of tables.entries()) if (!there[r]) await dealer?.write(table, asked.seed + r)
}

async function round(
  options: Omit<RunOptions, 'manifest'> &
    Pick<EvaluateFoldsOptions, 'folds' | 'repeats'> & { readonly seed: number },
  out: string,
  r: number,
  repeats: number,
): Promise<TrainFoldsResult> {
  const { folds: _, repeats: __, seed, progress, ...rest } = options
  const { table, name } = placesOfRepeat(out, r)
  if (repeats > 1)
    progress?.({ kind: 'notice', message: `Repetition ${r + 1} of ${repeats}`, isRoutine: true })
  return trainFoldsAt(table, { ...rest, progress, seed: seed + r, out: path.join(out, name) })
}

function commandOf({ data, out, folds }: EvaluateFoldsOptions, repeats: number): string {
  return `${commandName()} evaluate ${shellPath(data)} --folds ${folds} --repeats ${repeats} --out ${shellPath(out)}`
}
