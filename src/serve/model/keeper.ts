import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { ChiquitoError, messageOf } from '../../core/index.js'
import { ServedModel, type ServedModelOptions } from './served-model.js'

/** How often the file is looked at, in ms: often enough for whoever waits for a new model, and one system call. */
const WATCH_MS = 1000

export interface KeeperOptions extends Omit<ServedModelOptions, 'lost'> {
  /** Told what became of each try to take a new model over. */
  readonly reloaded: (outcome: 'taken' | 'refused') => void
}

/**
 * Keeps the model of a file that may be replaced: a new one is opened beside the old one, asked about its golden photos,
 * and takes over only then. Whoever is with the old one stays with it to the end.
 */
export class ModelKeeper {
  private readonly timer: NodeJS.Timeout
  private turn: Promise<void> = Promise.resolve()
  /** Ends the opening that is under way. */
  private opening: AbortController | undefined
  /** Openings that wait for the one under way. */
  private waiting = 0
  private readonly retiring = new Set<Promise<void>>()
  private isClosed = false
  private isMissing = false
  /** How the file looked a moment ago: one that is still being written is left alone. */
  private before: string

  private constructor(
    private readonly path: string,
    private readonly options: KeeperOptions,
    private model: ServedModel,
    /** What the file looked like when it was last tried. */
    private tried: string,
    private isLost: boolean,
  ) {
    this.before = tried
    this.timer = setInterval(() => void this.watch(), WATCH_MS).unref()
  }

  /** @throws what `Predictor.open` throws */
  static async open(path: string, options: KeeperOptions): Promise<ModelKeeper> {
    const looks = lookOf(await stat(path).catch(() => undefined))
    let keeper: ModelKeeper | undefined
    const lost = (error: ChiquitoError) => keeper?.lose(error)
    const model = await ServedModel.open(path, { ...options, lost })
    keeper = new ModelKeeper(path, options, model, looks, false)
    return keeper
  }

  get current(): ServedModel {
    return this.model
  }

  /** False from the moment that a network has gone until a new one is there. */
  get isReady(): boolean {
    return !this.isLost && !this.isClosed
  }

  /** Opens the file anew; resolves when that has taken over, or was refused. Asked again meanwhile, it does so once more. */
  reload(why: string): Promise<void> {
    if (this.waiting === 0) {
      this.waiting++
      this.turn = this.turn.then(() => {
        this.waiting--
        return this.takeOver(why)
      })
    }
    return this.turn
  }

  async close(): Promise<void> {
    this.isClosed = true
    clearInterval(this.timer)
    this.opening?.abort(new ChiquitoError('interrupted', 'The server stops.'))
    await this.turn
    await Promise.all([this.model.retire(), ...this.retiring])
  }

  private async watch(): Promise<void> {
    const now = lookOf(await stat(this.path).catch(() => undefined))
    const isSettled = now === this.before
    this.before = now
    if (now === '' && !this.isMissing)
      this.options.notice(`"${this.path}" is no longer there. The model that was read from it goes on.`)
    this.isMissing = now === ''
    if (now === '' || now === this.tried || !isSettled) return
    this.tried = now
    this.opening?.abort(new ChiquitoError('io', 'It was replaced before it was taken over.'))
    await this.reload('its file has changed')
  }

  private async takeOver(why: string): Promise<void> {
    if (this.isClosed) return
    const { notice, reloaded } = this.options
    const opening = new AbortController()
    this.opening = opening
    try {
      this.tried = lookOf(await stat(this.path).catch(() => undefined))
      const next = await ServedModel.open(this.path, {
        ...this.options,
        signal: opening.signal,
        lost: error => this.lose(error),
      })
      const old = this.model
      this.model = next
      this.isLost = false
      this.retire(old)
      reloaded('taken')
      notice(
        `A new model has taken over (${why}): ${next.facts.labels.length} labels, ${next.facts.id.slice(0, 12)}.`,
      )
    } catch (error) {
      if (this.isClosed) return
      reloaded('refused')
      notice(`The new model is refused, and the old one stays (${why}): ${messageOf(error)}`)
    } finally {
      this.opening = undefined
    }
  }

  private retire(model: ServedModel): void {
    const gone = model.retire().finally(() => this.retiring.delete(gone))
    this.retiring.add(gone)
  }

  private lose(error: ChiquitoError): void {
    if (this.isClosed || this.isLost) return
    this.isLost = true
    void this.reload(error.message)
  }
}

/** What tells one content of a file from another, without reading it; empty where there is none. */
function lookOf(stats: Stats | undefined): string {
  return stats?.isFile() ? `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}` : ''
}
