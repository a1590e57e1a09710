import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { type JobEvent, openStore, queueAddress, runWorker } from '../jobs/index.js'
import { jobKindsModule } from './jobs/kinds.js'
import { queueRelease } from './queue-release.js'

export interface WorkerOptions extends WorkOptions {
  /** `redis://…` or `rediss://…`; by default the one in `CHIQUITO_QUEUE`. */
  readonly queue?: string | undefined
  /** What `CHIQUITO_QUEUE` holds: a whole address, or only there the password. */
  readonly kept?: string | undefined
  /** Folders, or other stores' addresses, as this machine sees them. */
  readonly stores: readonly string[]
  /** Jobs at a time; 1 by default. */
  readonly atOnce?: number | undefined
  /** The module that exports `jobKinds`; ours by default. */
  readonly kinds?: URL | undefined
  /** Told of each job. */
  readonly heard: (event: JobEvent) => void
}

/** What is told when a worker is ready for jobs. */
export interface WorkerBegun {
  /** Without password. */
  readonly queue: string
  readonly stores: readonly string[]
  readonly atOnce: number
  /** What asker and workers must have in common. */
  readonly release: string
}

/**
 * Does jobs that other machines ask for, until the signal fires; this then throws `interrupted`.
 *
 * @throws `usage`, `io`, `interrupted`
 */
export async function worker(
  options: WorkerOptions,
  begun: (info: WorkerBegun) => Promise<void>,
): Promise<never> {
  const { queue, kept, stores, atOnce = 1, kinds = jobKindsModule, heard, progress, signal } = options
  const address = queueAddress(queue, kept)
  if (!address)
    throw new ChiquitoError(
      'usage',
      'Say with --queue, or in CHIQUITO_QUEUE, where the queue is: redis://HOST:PORT.',
    )
  if (stores.length === 0)
    throw new ChiquitoError(
      'usage',
      'Say with --store where jobs and results lie: the folder that whoever asks names, as this machine sees it, or the same s3://BUCKET/FOLDER.',
    )
  const addresses = await Promise.all(stores.map(store => addressOf(store, { progress, signal })))
  const release = queueRelease()
  const told = { queue: address.shown, stores: addresses, atOnce, release: release.text }
  return runWorker({ address, stores: addresses, kinds, release, atOnce, heard, progress, signal }, () =>
    begun(told),
  )
}

/** A store's address as all processes find it, once it is seen to be usable. */
async function addressOf(given: string, work: WorkOptions): Promise<string> {
  const store = await openStore(given, work)
  try {
    await store.reach()
    return store.address
  } finally {
    await store.close()
  }
}
