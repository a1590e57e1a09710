import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { throwIfAborted, type WorkOptions } from '../core/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { comparePredictions, pairedInterval, wilson } from '../evaluate/index.js'
import { noneRead, Predictor, predictAll, type Refused } from '../predict/index.js'
import {
  photosIn,
  photosOfBoth,
  type RecordedModel,
  type SharedPhoto,
  type SharedPhotos,
} from './compare-photos.js'
import { noticesOn, oneModel, verdictOf } from './compare-words.js'
import type { ComparedModel, CompareResult } from './comparison.js'
import { recordOrWhy } from './learnt-photos.js'
import { requireKnown } from './measure.js'
import { noticeOnce } from './notice-once.js'
import { modelPath } from './predict.js'

export type { ComparedModel, CompareResult } from './comparison.js'

export interface CompareOptions extends DeviceOptions, WorkOptions {
  /** Folders of runs, or model files. */
  readonly first: string
  readonly second: string
  /** Photos to compare on; those that both runs kept apart by default. */
  readonly on?: string | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /** Where the classes of `on` come from, as for `evaluate`. */
  readonly labelsFrom?: string | undefined
}

/** Shows the same photos to two models, and says whether the difference is more than luck. */
export async function compare(options: CompareOptions): Promise<CompareResult> {
  const started = performance.now()
  const { first, second, on, progress, signal } = options
  const notice = noticeOnce(progress)
  const opened: OpenedModel[] = []
  try {
    for (const given of [first, second]) {
      throwIfAborted(signal)
      opened.push(await openModel(given, { ...options, notice }))
    }
    const [a, b] = opened
    const shared = on === undefined ? photosOfBoth(a, b) : await photosIn(on, [a, b], options)
    for (const { labels } of opened)
      requireKnown([...new Set(shared.photos.map(({ label }) => label))], labels)
    const said = [await answersOf(a, shared, options), await answersOf(b, shared, options)]
    const result = compared(a, b, shared, said)
    return {
      ...result,
      ...((await isOneFile(a.model, b.model)) ? oneModel(result.count) : {}),
      unreadable: said[0].unreadable,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    for (const { predictor } of opened) await predictor.close()
  }
}

interface OpenedModel extends RecordedModel {
  readonly model: string
  readonly predictor: Predictor
}

async function openModel(given: string, options: DeviceOptions & WorkOptions): Promise<OpenedModel> {
  const model = await modelPath(given, options.progress)
  const predictor = await Predictor.open(model, options)
  try {
    const found = await recordOrWhy(model, predictor.metadata)
    const told = 'why' in found ? { record: undefined, why: found.why } : { record: found }
    return { given, model: path.resolve(model), predictor, labels: predictor.labels, ...told }
  } catch (error) {
    await predictor.close()
    throw error
  }
}

/** Whether two files hold the same bytes. */
async function isOneFile(first: string, second: string): Promise<boolean> {
  const [one, other] = await Promise.all([stat(first), stat(second)])
  return one.size === other.size && (await readFile(first)).equals(await readFile(second))
}

interface Answers {
  /** The label said of each photo that could be read, by the file. */
  readonly labels: ReadonlyMap<string, string>
  readonly unreadable: readonly Refused[]
}

async function answersOf(
  { predictor }: OpenedModel,
  { photos }: SharedPhotos,
  { progress, signal }: WorkOptions,
): Promise<Answers> {
  const sources = photos.map(({ file, sha256 }) => ({ path: file, sha256 }))
  const { predictions, unreadable } = await predictAll(predictor, sources, { progress, signal })
  if (predictions.length === 0) throw noneRead(unreadable)
  return { labels: new Map(predictions.map(({ path: file, label }) => [file, label])), unreadable }
}

function compared(
  a: OpenedModel,
  b: OpenedModel,
  { photos, leftOut }: SharedPhotos,
  [first, second]: readonly Answers[],
): Omit<CompareResult, 'unreadable' | 'seconds'> {
  const judged = photos.flatMap((photo: SharedPhoto) => {
    const [one, other] = [first.labels.get(photo.file), second.labels.get(photo.file)]
    return one === undefined || other === undefined ? [] : [{ ...photo, one, other }]
  })
  const names = [...new Set(judged.flatMap(({ label, one, other }) => [label, one, other]))]
  const numbers = (of: (photo: (typeof judged)[number]) => string) =>
    judged.map(photo => names.indexOf(of(photo)))
  const comparison = comparePredictions(
    numbers(({ label }) => label),
    numbers(({ one }) => one),
    numbers(({ other }) => other),
  )
  const count = judged.length
  const figures = ({ given, model }: OpenedModel, right: number): ComparedModel => ({
    given,
    model,
    right,
    accuracy: right / count,
    interval: wilson(right, count) ?? [0, 1],
  })
  const facts = {
    ...comparison,
    first: figures(a, comparison.bothRight + comparison.onlyFirstRight),
    second: figures(b, comparison.bothRight + comparison.onlySecondRight),
    count,
    difference: (comparison.onlySecondRight - comparison.onlyFirstRight) / count,
    interval: pairedInterval({ ...comparison, photos: count }),
    leftOut,
  }
  return {
    ...facts,
    ...verdictOf(facts),
    notes: noticesOn(leftOut, [a, b]),
    differing: judged
      .filter(({ one, other }) => one !== other)
      .map(({ path: file, label, one, other }) => ({ path: file, truth: label, first: one, second: other })),
  }
}
