/** What the parts of `bench scale` are given. */
export interface ScaleOptions {
  /** For stores: each measurement takes a new one, as what was done once is not done again. */
  readonly folder: string
  /** Address of the server. */
  readonly queue: string
  readonly rounds: number
  /** Whether a row of that name is asked for. */
  readonly isWanted: (what: string) => boolean
  readonly say: (line: string) => void
}

/** Waits for jobs, all of which must end well. */
export async function allDone(
  outcomes: AsyncIterable<{ readonly failure?: { readonly message: string } | undefined }>,
): Promise<void> {
  for await (const { failure } of outcomes) if (failure) throw new Error(failure.message)
}

/** Ends workers, all at once. */
export async function allEnded(workers: readonly { stop(): Promise<unknown> }[]): Promise<void> {
  await Promise.all(workers.map(worker => worker.stop()))
}
