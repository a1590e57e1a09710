import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Device, sessionsFor } from '../../engine/index.js'
import type { Prediction } from '../../predict/index.js'
import { checkModel } from './check.js'
import { Looker, type LookerListeners } from './looker.js'
import type { ModelFacts, SentFile } from './messages.js'
import { PhotoLine } from './photo-line.js'

export interface ServedModelOptions extends LookerListeners {
  readonly device?: Device | undefined
  /** Threads of the CPU. Each has a network of its own, as far as memory allows; otherwise networks share them. */
  readonly threads: number
  /** Photos that one looks at at a time. */
  readonly batch: number
  /** Ends the opening: nobody wants the model any more. */
  readonly signal?: AbortSignal | undefined
}

/** Photos that are decoded beside those that the network looks at. */
const DECODED_BESIDE = 2

/** One model file at work, for as long as somebody holds it. */
export class ServedModel {
  readonly loadedAt = new Date()
  private readonly line: PhotoLine
  private holders = 0
  private retired: (() => void) | undefined

  private constructor(
    readonly facts: ModelFacts,
    private readonly lookers: readonly Looker[],
    batch: number,
  ) {
    this.line = new PhotoLine(lookers, batch + DECODED_BESIDE)
  }

  /** @throws what `Predictor.open` throws; the signal's reason */
  static async open(path: string, options: ServedModelOptions): Promise<ServedModel> {
    const { device, threads, notice, signal } = options
    const folder = await mkdtemp(join(tmpdir(), 'chiquito-'))
    const lookers: Looker[] = []
    try {
      const prepared = join(folder, 'prepared.ort')
      const { facts, isPrepared } = await checkModel(path, { device, prepared, notice, signal })
      const file = isPrepared ? prepared : path
      const count = isPrepared ? sessionsFor((await stat(file)).size, threads) : 1
      const settings = {
        file,
        optimize: isPrepared ? 'none' : 'all',
        name: path,
        device,
        threads: Math.max(1, Math.floor(threads / count)),
        rule: facts.view,
        batch: facts.takesBatches ? options.batch : 1,
      } as const
      const reading = { path, labels: facts.labels, threshold: facts.known }
      // One by one: what is wrong is said once.
      for (let i = 0; i < count; i++) lookers.push(await Looker.open(settings, reading, options))
      return new ServedModel(facts, lookers, settings.batch)
    } catch (error) {
      await Promise.all(lookers.map(looker => looker.close()))
      throw error
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Judges one photo. Throws `image` where it cannot be read, `interrupted` where the signal fires before its turn. */
  judge(photo: SentFile, signal: AbortSignal): Promise<Prediction> {
    return this.line.judge(photo, signal)
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
