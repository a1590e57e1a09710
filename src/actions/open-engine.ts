import {
  type BlobStore,
  EngineHere,
  EngineThreads,
  type JobEngine,
  type JobKindTable,
  openStore,
} from '../jobs/index.js'
import { jobKinds, jobKindsModule } from './jobs/kinds.js'

/** Kinds of jobs, and the module that exports them as `jobKinds`, which other threads and processes load. */
export interface KindsModule {
  readonly table: JobKindTable
  readonly module: URL
}

export interface EngineOptions {
  /** Where jobs and results lie: a folder, or another store's address. */
  readonly store: string
  /** Threads that do jobs, each one at a time; this one by default. */
  readonly threads?: number | undefined
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
 * Who does the jobs of an action, as its options say.
 *
 * @throws `usage` for a store's address that names none
 */
export async function openEngine({ store, threads = 1, kinds = ours }: EngineOptions): Promise<OpenEngine> {
  const opened = await openStore(store)
  const engine =
    threads > 1 ? new EngineThreads(kinds.module, opened, threads) : new EngineHere(kinds.table, opened)
  return {
    engine,
    store: opened,
    async close() {
      await engine.close()
      await opened.close()
    },
  }
}
