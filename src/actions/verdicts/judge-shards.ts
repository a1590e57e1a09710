import { ChiquitoError, errorOf, type WorkOptions } from '../../core/index.js'
import { type BlobStore, getResult, type Job, type JobEngine, type JobOutcome } from '../../jobs/index.js'
import { putContents } from '../jobs/contents.js'
import { linesIn } from '../jobs/verdicts.js'
import { verdictSchema } from './row.js'
import {
  contentsOf,
  hashShard,
  jobOf,
  rowsOf,
  type Shard,
  type ShardQuestion,
  withoutChanged,
} from './shard.js'

/** How often a shard is tried where photos change while they are looked at. */
const TRIES = 3

/** Who does the jobs, and where results lie. */
export interface Hands {
  readonly engine: JobEngine
  readonly store: BlobStore
}

/**
 * The rows of shard after shard, in their order. Memory holds those that are in work.
 *
 * @throws what a job fails with: `model`, `engine`, `io`; `interrupted`
 */
export async function* judgeShards(
  shards: AsyncIterable<Shard>,
  question: ShardQuestion,
  hands: Hands,
  work: WorkOptions,
): AsyncGenerator<string[]> {
  const waiting: Shard[] = []
  async function* jobs(): AsyncGenerator<Job> {
    for await (const shard of shards) {
      waiting.push(shard)
      yield await jobFor(shard, question, hands.store)
    }
  }
  for await (const outcome of hands.engine.run(jobs(), work)) {
    const shard = waiting.shift()
    if (shard === undefined) throw new ChiquitoError('engine', 'More answers came than were asked for.')
    yield await rowsFor(shard, outcome, question, hands, work)
  }
}

/** The job that looks at a shard; workers that share no disk with this machine find its photos in the store. */
async function jobFor(shard: Shard, question: ShardQuestion, store: BlobStore): Promise<Job> {
  await putContents(store, contentsOf(shard, question))
  return jobOf(shard, question)
}

/** The rows of a shard, which is asked for again where its photos changed, or where its result is gone. */
async function rowsFor(
  first: Shard,
  answered: JobOutcome,
  question: ShardQuestion,
  hands: Hands,
  work: WorkOptions,
): Promise<string[]> {
  let shard = first
  let outcome = answered
  let verdicts = await taken(hands, outcome)
  for (let tries = 1; verdicts === undefined; tries++) {
    const { failure } = outcome
    const mayPass = failure === undefined || failure.code === 'data' || failure.code === 'io'
    if (!mayPass || tries > TRIES)
      throw errorOf(failure ?? { code: 'io', message: `Results in "${hands.store.address}" are gone.` })
    const again = await hashShard(first.listed, { folder: question.folder, signal: work.signal })
    // Where photos went meanwhile, others may have missed them.
    if (failure?.code === 'io' && isSame(again, shard)) throw errorOf(failure)
    shard = tries < TRIES ? again : withoutChanged(again, shard)
    for await (const next of hands.engine.run([await jobFor(shard, question, hands.store)], work)) {
      outcome = next
      verdicts = await taken(hands, outcome)
    }
  }
  return rowsOf(shard, verdicts)
}

function isSame({ photos }: Shard, { photos: before }: Shard): boolean {
  return photos.every(({ sha256 }, i) => sha256 === before[i].sha256)
}

/** The result of a job, which is then not needed any more; none of one that failed, or where it is gone: shards with the same contents have one. */
async function taken({ engine, store }: Hands, outcome: JobOutcome): Promise<string[] | undefined> {
  const result = outcome.failure ? undefined : await getResult(store, outcome.key)
  if (result === undefined) return undefined
  await engine.discard(outcome)
  return linesIn(result).map(checked)
}

/** What another machine may have written. */
function checked(line: string): string {
  try {
    verdictSchema.parse(JSON.parse(line))
    return line
  } catch (cause) {
    throw new ChiquitoError('engine', `The result of a job is no verdict: ${line.slice(0, 80)}`, { cause })
  }
}
