import path from 'node:path'
import { ChiquitoError, plural, throwIfAborted, version, type WorkOptions } from '../core/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { fileSha256 } from '../files/index.js'
import { readModelFile } from '../onnx/index.js'
import type { Refused } from '../predict/index.js'
import { type ModelMetadata, parseModelMetadata, thresholdIn } from '../run/index.js'
import { checkEngineChoice, type EngineChoice, workStore } from './engine-choice.js'
import { keptSoFar } from './kept-so-far.js'
import { type OpenEngine, openEngine, reachEngine } from './open-engine.js'
import { checkedTta, modelPath, refuseSwapped, tellUnknowing } from './predict.js'
import {
  begin,
  endingOf,
  handOver,
  judgeShards,
  Pace,
  RowsFile,
  requireFreeOut,
  SHARD,
  type ShardQuestion,
  shardsOf,
  sourcesOf,
  Tally,
  Workplace,
} from './verdicts/index.js'

export interface PredictOutOptions extends DeviceOptions, WorkOptions, EngineChoice {
  /** A `model.onnx`, or the folder of a run. */
  readonly model: string
  /**
   * Photos, folders of photos, and lists of photos, which are told by their ending (`.txt`, `.csv`, `.tsv`, `.jsonl`, `.ndjson`), in the
   * order of the rows.
   */
  readonly paths: readonly string[]
  /** Further lists, whatever they are called. */
  readonly lists?: readonly string[] | undefined
  /** What `-` stands for: the bytes of a list, a path a line. */
  readonly input?: AsyncIterable<Uint8Array> | undefined
  /** The file of rows, `.jsonl` or `.parquet`. It is there once it is whole; until then it grows in the folder `OUT.part`. */
  readonly out: string
  /** Replace a result that is there, and what was begun with another question. */
  readonly overwrite?: boolean | undefined
  /** Also follow links that lead out of a folder. */
  readonly followLinks?: boolean | undefined
  /** Augmented views beside the plain photo, averaged with it; 0 by default. */
  readonly tta?: number | undefined
}

export interface PredictOutResult {
  readonly model: string
  readonly labels: readonly string[]
  /** A photo whose `known` is below this shows none of the labels; null where the model knows its photos by nothing. */
  readonly threshold: number | null
  /** Absolute path. */
  readonly out: string
  /** Rows: one for each photo. */
  readonly photos: number
  /** Photos of each label. */
  readonly counts: Readonly<Record<string, number>>
  /** Photos that show none of the labels. */
  readonly abstained: number
  /** Photos that could not be judged, and the first of them. Each has a row with its reason as `error`. */
  readonly unreadable: number
  readonly firstUnreadable: readonly Refused[]
  /** Rows that were there from an earlier start, which was cut off. */
  readonly recalled: number
  readonly seconds: number
}

/** Shards in work at a time: while the last photos of one are looked at, the first of the next are decoded. */
const SHARDS_AT_ONCE = 2

/**
 * A verdict for each photo of folders and lists of any length, as the rows of a file; memory does not grow with their number. What was cut
 * off is gone on with by the same call, and the rows are byte for byte those of a call that was not.
 *
 * @throws `usage`, also where the file is there, or what was begun asks something else; `io`, `data`, `model`, `interrupted`
 */
export async function predictOut(options: PredictOutOptions): Promise<PredictOutResult> {
  const started = performance.now()
  const { out, progress, overwrite = false } = options
  const tta = checkedTta(options.tta)
  endingOf(out)
  checkEngineChoice(options)
  await refuseSwapped(options.model, options.paths)
  const file = await modelPath(options.model, progress)
  const sources = await sourcesOf(options.paths, options.lists ?? [], options.input)
  await requireFreeOut(out, sources, overwrite)
  const { facts, sha256 } = await modelFacts(file)
  const threshold = thresholdIn(facts)
  tellUnknowing({ metadata: facts, threshold }, progress)
  const device = options.device ?? 'cpu'
  await reachEngine(options, options.signal)
  const place = await Workplace.enter(out, options)
  try {
    const settings = { model: { path: path.resolve(file), sha256 }, device, tta }
    const followLinks = options.followLinks === true
    const photos = await begin(place, settings, sources, { ...options, overwrite, followLinks })
    const tally = new Tally(facts.labels)
    const { threads } = options
    const recalled = await gather(place, { photos, tally }, { ...settings, threads }, options)
    await handOver(place, out, { labels: facts.labels, texts: textsOf(facts, sha256), rows: photos }, options)
    return {
      model: file,
      labels: facts.labels,
      threshold: threshold ?? null,
      out: path.resolve(out),
      photos,
      counts: tally.counts,
      abstained: tally.abstained,
      unreadable: tally.unreadable,
      firstUnreadable: tally.named,
      recalled,
      seconds: (performance.now() - started) / 1000,
    }
  } catch (error) {
    // Whoever stops it, or whose disk is full, hears that nothing is lost.
    throw keptSoFar(error, 'The rows so far are kept: the same command goes on from there.')
  } finally {
    await place.leave()
  }
}

interface ModelFacts {
  readonly facts: ModelMetadata
  /** Of the whole file. */
  readonly sha256: string
}

/** What is to be known of a model before it is opened, which is done where photos are looked at. @throws `io`, `model` */
async function modelFacts(file: string): Promise<ModelFacts> {
  const { metadata, producer } = await readModelFile(file)
  return { facts: parseModelMetadata(metadata, file, producer), sha256: await fileSha256(file) }
}

/** What is the same for all rows, for a format that has room for it. */
function textsOf(facts: ModelMetadata, sha256: string): Record<string, string> {
  const threshold = thresholdIn(facts)
  return {
    'chiquito.version': version(),
    'chiquito.model': sha256,
    ...(threshold === undefined ? {} : { 'chiquito.threshold': String(threshold) }),
  }
}

interface Settings {
  readonly model: { readonly path: string; readonly sha256: string }
  readonly device: ShardQuestion['device']
  readonly tta: number
  readonly threads: number | undefined
}

interface Wanted {
  readonly photos: number
  readonly tally: Tally
}

/**
 * Writes all rows that are not there yet: shards are judged here, or by the workers of a queue.
 *
 * @returns how many were there
 */
async function gather(
  place: Workplace,
  wanted: Wanted,
  settings: Settings,
  options: WorkOptions & EngineChoice,
): Promise<number> {
  const { queue, progress, signal } = options
  const store = workStore(options, place.store)
  const hands = await openEngine({ queue, store, atOnce: SHARDS_AT_ONCE, progress, signal })
  return gatherBy(hands, place, wanted, settings, { progress, signal }).finally(() => hands.close())
}

async function gatherBy(
  hands: OpenEngine,
  place: Workplace,
  { photos, tally }: Wanted,
  { model, device, tta, threads }: Settings,
  { progress, signal }: WorkOptions,
): Promise<number> {
  const rows = await RowsFile.open(place.rows, { shard: SHARD, total: photos, tally })
  const recalled = rows.count
  try {
    const pace = new Pace(photos, recalled, progress)
    const folder = process.cwd()
    const shards = shardsOf({ list: place.list, from: recalled, folder, signal })
    const question = { model: model.sha256, device, tta, place: { model: model.path, threads }, folder }
    for await (const lines of judgeShards(shards, question, hands, { signal })) {
      throwIfAborted(signal)
      await rows.append(lines, tally)
      pace.tell(rows.count)
    }
    await rows.finish()
    if (rows.count !== photos)
      throw new ChiquitoError(
        'data',
        `"${place.list}" lists ${rows.count} photos, but ${plural(photos, 'photo')} when the work began: somebody changed it. Begin anew with --overwrite.`,
      )
    pace.end()
    return recalled
  } finally {
    await rows.close()
  }
}
