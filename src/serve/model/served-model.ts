import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChiquitoError } from '../../core/index.js'
import { type Device, sessionsFor } from '../../engine/index.js'
import type { Prediction } from '../../predict/index.js'
import { Batcher, type BatchObserver } from './batcher.js'
import { checkModel } from './check.js'
import { Looker } from './looker.js'
import type { LookerSettings, ModelFacts } from './messages.js'

export interface ServedModelOptions {
  readonly device?: Device | undefined
  /** Threads of the CPU. Each has a network of its own, as far as memory allows; otherwise networks share them. */
  readonly threads: number
  /** Photos that one looks at at a time. */
  readonly batch: number
  readonly observe: BatchObserver
  readonly notice: (message: string) => void
  /** Told when a network has gone that nobody closed. */
  readonly lost: (error: ChiquitoError) => void
}

/** One model file at work, for as long as somebody holds it. */
export class ServedModel {
  readonly loadedAt = new Date()
  private readonly batcher: Batcher
  private holders = 0
  private retired: (() => void) | undefined

  private constructor(
    path: string,
    readonly facts: ModelFacts,
    private readonly lookers: readonly Looker[],
    { batch, observe }: ServedModelOptions,
  ) {
    const reading = { path, labels: facts.labels, threshold: facts.known }
    this.batcher = new Batcher(lookers, batchOf(facts, batch), reading, observe)
  }

  /** @throws what `Predictor.open` throws */
  static async open(path: string, options: ServedModelOptions): Promise<ServedModel> {
    const { device, batch, notice, lost } = options
    const folder = await mkdtemp(join(tmpdir(), 'chiquito-'))
    const lookers: Looker[] = []
    try {
      const prepared = join(folder, 'prepared.ort')
      const { facts, isPrepared } = await checkModel(path, { device, prepared, notice })
      const file = isPrepared ? prepared : path
      const lookerCount = isPrepared ? sessionsFor((await stat(file)).size, options.threads) : 1
      const settings: LookerSettings = {
        file,
        optimize: isPrepared ? 'none' : 'all',
        name: path,
        device,
        threads: Math.max(1, Math.floor(options.threads / lookerCount)),
        size: facts.view.size,
      }
      // One by one: what is wrong is said once.
      for (let i = 0; i < lookerCount; i++)
        lookers.push(await Looker.open(settings, batchOf(facts, batch), { notice, lost }))
      return new ServedModel(path, facts, lookers, options)
    } catch (error) {
      await Promise.all(lookers.map(looker => looker.close()))
      throw error
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Judges one view as the model's rule makes it, bytes [size, size, 3]. Throws `interrupted` where the signal fires before its turn. */
  look(view: Uint8Array, signal: AbortSignal): Promise<Prediction> {
    return this.batcher.look(view, signal)
  }

  /** Does work during which the model stays. */
  async during<T>(work: (model: this) => Promise<T>): Promise<T> {
    this.holders++
    try {
      return await work(this)
    } finally {
      this.holders--
      if (this.holders === 0) this.retired?.()
    }
  }

  /** Closes it as soon as nobody holds it. */
  async retire(): Promise<void> {
    if (this.holders > 0)
      await new Promise<void>(resolve => {
        this.retired = resolve
      })
    await Promise.all(this.lookers.map(looker => looker.close()))
  }
}

function batchOf({ takesBatches }: ModelFacts, most: number): number {
  return takesBatches ? most : 1
}
