import { join } from 'node:path'
import { breather, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { hashFiles } from '../../dataset/index.js'
import type { PhotoFacts } from './facts.js'
import { type FileStamp, FolderIndex } from './folder-index.js'
import { Stamps } from './stamps.js'
import { FactsStore, factsFolder } from './store.js'
import { FactsThreads, type SeenFile } from './threads.js'

export interface GatherOptions extends WorkOptions {
  /** False: nothing is taken from the cache, nor kept there. */
  readonly cache?: boolean | undefined
  /** What was measured already while photos were decoded for something else: {@link FactsInPassing}. */
  readonly known?: ((path: string) => MeasuredFile | undefined) | undefined
  /** Milliseconds after which what is not measured yet is left out. */
  readonly most?: number | undefined
}

/** A photo file and its facts. */
export interface MeasuredFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly facts: PhotoFacts
}

/** What could not be read at all: gone, or not for this user. */
export interface LostFile {
  readonly path: string
  readonly reason: string
}

export interface Gathered {
  /** Sorted as asked. */
  readonly files: readonly MeasuredFile[]
  readonly lost: readonly LostFile[]
  /** Files that were left out as time ran out. */
  readonly skipped: number
}

/** What starting threads takes on a slow machine, in milliseconds: with less time than that they would only overstay. */
const START_MS = 500

/** Files asked of the system at one time. */
const STATS = 16

/** What progress calls it. */
export const lookingTask = 'Looking at photos'

/**
 * The facts of files. What was measured before, here or elsewhere, is not measured again; what did not change is not read.
 * What is measured is kept at once, so that nothing of it is lost where the work is stopped.
 *
 * @param root - absolute, without links
 * @param paths - relative to it, with `/`
 * @throws `interrupted`
 */
export async function gatherFacts(
  root: string,
  paths: readonly string[],
  { cache = true, known, most = Number.POSITIVE_INFINITY, progress, signal }: GatherOptions = {},
): Promise<Gathered> {
  const notice = (message: string) => progress?.({ kind: 'notice', message })
  const store = cache ? FactsStore.open(factsFolder(), { notice }) : undefined
  const index = cache ? FolderIndex.open(join(factsFolder(), 'folders'), root) : undefined
  const gatherer = new Gatherer(root, paths, store, index, performance.now() + most, known)
  try {
    return await gatherer.gather({ progress, signal })
  } finally {
    index?.close(paths)
    store?.close()
  }
}

/** What became of one file. */
type Outcome = MeasuredFile | LostFile | undefined

class Gatherer {
  private readonly outcomes: Outcome[]
  private done = 0

  constructor(
    private readonly root: string,
    private readonly paths: readonly string[],
    private readonly store: FactsStore | undefined,
    private readonly index: FolderIndex | undefined,
    private readonly until: number,
    private readonly known: GatherOptions['known'],
  ) {
    this.outcomes = new Array<Outcome>(paths.length).fill(undefined)
  }

  async gather(work: WorkOptions): Promise<Gathered> {
    const task = lookingTask
    work.progress?.({ kind: 'start', task, total: this.paths.length })
    const fresh = await this.takeKnown(work)
    const known = this.paths.length - fresh.length
    if (fresh.length > 0 && performance.now() + START_MS < this.until) await this.measure(fresh, task, work)
    const note = `${known} of ${this.paths.length} known from before`
    work.progress?.({ kind: 'end', task, ...(known > 0 && { note }) })
    const files = this.outcomes.flatMap(outcome => (outcome && 'facts' in outcome ? [outcome] : []))
    const lost = this.outcomes.flatMap(outcome => (outcome && 'reason' in outcome ? [outcome] : []))
    return { files, lost, skipped: this.paths.length - files.length - lost.length }
  }

  /** Takes what did not change and was measured; gives the others, by their places, with what the system says of them. */
  private async takeKnown({ signal }: WorkOptions): Promise<{ i: number; stamp: FileStamp | undefined }[]> {
    const fresh: { i: number; stamp: FileStamp | undefined }[] = []
    const breathe = breather(signal)
    const stamps = new Stamps(this.root)
    await each(this.paths.length, STATS, async i => {
      await breathe()
      const path = this.paths[i]
      const measured = this.known?.(path)
      if (measured) return this.settle(i, measured)
      const stamp = this.index && (stamps.now(path) ?? (await stamps.later(path)))
      const sha256 = stamp && this.index?.get(path, stamp)
      const facts = sha256 === undefined ? undefined : this.store?.get(sha256)
      if (stamp === undefined || sha256 === undefined || facts === undefined) fresh.push({ i, stamp })
      else this.settle(i, { path, bytes: stamp.size, sha256, facts })
    })
    return fresh.sort((a, b) => a.i - b.i)
  }

  private async measure(
    fresh: readonly { readonly i: number; readonly stamp: FileStamp | undefined }[],
    task: string,
    { progress, signal }: WorkOptions,
  ): Promise<void> {
    const threads = new FactsThreads()
    // Where time may run out, what was looked at then is from all of the folder.
    const order = this.until === Number.POSITIVE_INFINITY ? fresh : spread(fresh)
    try {
      await each(order.length, threads.places, async k => {
        throwIfAborted(signal)
        if (performance.now() > this.until) return
        const { i, stamp } = order[k]
        const began = Date.now()
        const seen = await threads.look(join(this.root, this.paths[i]), sha256 => this.store?.get(sha256))
        const outcome = await this.outcomeOf(this.paths[i], seen, signal)
        this.settle(i, outcome)
        if (stamp && 'sha256' in outcome) this.index?.put(this.paths[i], stamp, outcome.sha256, began)
        progress?.({ kind: 'advance', task, done: this.done, total: this.paths.length })
      })
    } finally {
      await threads.close()
    }
  }

  /** A file too large to be read whole has a hash nevertheless. */
  private async outcomeOf(
    path: string,
    seen: SeenFile,
    signal: AbortSignal | undefined,
  ): Promise<MeasuredFile | LostFile> {
    if ('sha256' in seen) {
      const { sha256, bytes, facts, text } = seen
      if (text !== undefined) this.store?.put(sha256, facts, text)
      return { path, sha256, bytes, facts }
    }
    const { problem } = seen
    if (problem.kind !== 'large') return { path, reason: problem.message }
    const [hashed] = await hashFiles(this.root, [path], { signal })
    if ('problem' in hashed) return { path, reason: problem.message }
    const facts = { header: null, looks: null, problem }
    this.store?.put(hashed.sha256, facts)
    return { ...hashed, facts }
  }

  private settle(i: number, outcome: Outcome): void {
    this.outcomes[i] = outcome
    this.done++
  }
}

/** The same in an order of which every beginning comes from all parts: steps of the golden ratio (Weyl's sequence). */
function spread<T>(items: readonly T[]): T[] {
  const place = (i: number) => (i * (Math.sqrt(5) - 1)) / 2
  const places = items.map((item, i) => ({ item, at: place(i) - Math.floor(place(i)) }))
  return places.sort((a, b) => a.at - b.at).map(({ item }) => item)
}

/** Does work for 0 to count - 1, so many at a time; waits for all that was begun, then throws the first failure. */
async function each(count: number, atOnce: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  let isFailed = false
  const outcomes = await Promise.allSettled(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      while (next < count && !isFailed)
        await work(next++).catch(error => {
          isFailed = true
          throw error
        })
    }),
  )
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
