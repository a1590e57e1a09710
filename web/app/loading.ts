import { element } from './elements.js'
import type { Words } from './words.js'

/** How far a first visit is: in words, and as a bar. */
export class Loading {
  private readonly told = element('loading', HTMLElement)
  private readonly track = element('track', HTMLElement)
  private readonly bar = element('bar', HTMLElement)

  /**
   * @param total - of the model, in bytes
   * @param runtime - bytes of what computes it, where they are fetched, too
   */
  constructor(
    private readonly words: Words,
    private readonly language: string,
    private readonly total: number,
    private readonly runtime: number | undefined,
  ) {
    this.show(0)
  }

  /** @param loaded - bytes of the model so far */
  show(loaded: number): void {
    const share = Math.min(1, loaded / this.total)
    this.bar.style.transform = `scaleX(${share})`
    this.track.setAttribute('aria-valuenow', String(Math.round(100 * share)))
    this.told.textContent = share < 1 ? this.modelText(loaded) : this.runtimeText()
  }

  private modelText(loaded: number): string {
    return `${this.words.loadingModel}: ${this.megabytes(loaded)} / ${this.megabytes(this.total)} MB`
  }

  /** Fetched at the same time, by the worker, which does not say how far it is. */
  private runtimeText(): string {
    return this.runtime === undefined
      ? this.words.starting
      : `${this.words.loadingRuntime} (${this.megabytes(this.runtime)} MB)…`
  }

  private megabytes(bytes: number): string {
    return (bytes / 1e6).toLocaleString(this.language, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    })
  }
}
