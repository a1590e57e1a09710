import { ChiquitoError } from '../core/index.js'

/** Who is to do jobs, as the options of an action say. */
export interface EngineChoice {
  /** Redis or Valkey that workers of other machines take jobs from: `redis://…` or `rediss://…`. */
  readonly queue?: string | undefined
  /** Where jobs and results lie: a folder, or `s3://bucket/folder`. With a queue it must be given, and workers must see the same. */
  readonly store?: string | undefined
}

/**
 * Where an action's jobs and results lie: where its options say, or in a folder of its own.
 *
 * @throws `usage` for a queue without a store: workers on other machines would look in vain
 */
export function workStore({ queue, store }: EngineChoice, own: string): string {
  if (queue === undefined || store !== undefined) return store ?? own
  throw new ChiquitoError(
    'usage',
    '--queue needs --store: a folder that this machine and all workers see, or s3://BUCKET/FOLDER. Jobs and results lie there; the queue holds only their names.',
  )
}

/**
 * Refuses, before any work, a store where nobody takes jobs, a queue without one, and a queue where what others compute would not be kept.
 *
 * @throws `usage`
 */
export function checkEngineChoice(choice: EngineChoice & { readonly cache?: boolean | undefined }): void {
  const { queue, store, cache } = choice
  if (store !== undefined && queue === undefined)
    throw new ChiquitoError(
      'usage',
      '--store has no effect without --queue: all is done here. Leave it out, or name the queue as well.',
    )
  if (queue !== undefined && cache === false)
    throw new ChiquitoError(
      'usage',
      '--queue has no effect with --no-cache: what others compute is kept in the cache. Leave one of them out.',
    )
  workStore(choice, '')
}
