import { ChiquitoError, type WorkOptions } from '../core/index.js'
import {
  type BlobStore,
  EngineHere,
  EngineQueue,
  EngineThreads,
  type JobEngine,
  type JobKindTable,
  openStore,
  queueAddress,
} from '../jobs/index.js'
import { type EngineChoice, workStore } from './engine-choice.js'
import { jobKinds, jobKindsModule } from './jobs/kinds.js'

/** Kinds of jobs, and the module that exports them as `jobKinds`, which other threads and processes load. */
export interface KindsModule {
  readonly table: JobKindTable
  readonly module: URL
}

export interface EngineOptions extends Pick<EngineChoice, 'queue'>, WorkOptions {
  /** Where jobs and results lie: a folder, or another store's address ({@link workStore}). */
  readonly store: string
  /** Threads that do jobs, each one at a time; this one by default. Not with a queue. */
  readonly threads?: number | undefined
  /** Jobs that this thread has in work at a time where it does them; one by default. */
  readonly atOnce?: number | undefined
  /** Jobs in the queue at a time. */
  readonly places?: number | undefined
  /** Ours by default. */
  readonly kinds?: KindsModule | undefined
}

/** What does jobs, and where they lie. */
export interface OpenEngine {
  readonly engine: JobEngine
  readonly store: BlobStore
  /** Closes both. */
  close(): Promise<void>
}

const ours: KindsModule = { table: jobKinds, module: jobKindsModule }

/**
 * Who does the jobs of an action: this thread, several, or the workers of a queue.
 *
 * @throws `usage` for an address that is none, or a server that refuses; `io` where no server answers
 */
export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  const { progress, signal } = options
  const store = await openStore(options.store, { progress, signal })
  try {
    await store.reach()
    const engine = await engineFor(options, store)
    return {
      engine,
      store,
      async close() {
        await engine.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/**
 * Tries the queue that options name, and its store, before photos are read: a wrong address is said at once.
 *
 * @throws as {@link openEngine}
 */
export async function reachEngine(choice: EngineChoice, signal: AbortSignal | undefined): Promise<void> {
  const { queue } = choice
  if (queue === undefined) return
  const opened = await openEngine({ queue, store: workStore(choice, ''), signal })
  await opened.close()
}

async function engineFor(options: EngineOptions, store: BlobStore): Promise<JobEngine> {
  const { queue, threads = 1, atOnce, kinds = ours } = options
  if (queue === undefined)
    return threads > 1
      ? new EngineThreads(kinds.module, store, threads)
      : new EngineHere(kinds.table, store, atOnce)
  const { queueRelease } = await import('./queue-release.js')
  const address = queueAddress(queue, process.env.CHIQUITO_QUEUE)
  if (!address) throw new ChiquitoError('usage', 'No queue is given.')
  const { places, progress, signal } = options
  return EngineQueue.open({
    address,
    store,
    kinds: kinds.table,
    release: queueRelease(),
    places,
    progress,
    signal,
  })
}
