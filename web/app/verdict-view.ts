import type { Site } from '../../src/app/site.js'
import { toldProbability } from '../../src/core/probability.js'
import type { Verdict } from '../library/types.js'
import { element } from './elements.js'
import type { Words } from './words.js'

/** Bars that are shown of many labels. */
const MOST_BARS = 5
/** Letters from which on the word is set smaller. */
const LONG_WORD = 14
/** A verdict of the camera is spoken when it has stood so long, in milliseconds: it changes ten times a second. */
const SETTLED_MS = 1200

/** The verdict, large, and spoken to who cannot see it. */
export class VerdictView {
  private readonly box = element('verdict', HTMLElement)
  private readonly word = element('word', HTMLElement)
  private readonly note = element('note', HTMLElement)
  private readonly bars = element('bars', HTMLUListElement)
  private readonly spoken = element('spoken', HTMLElement)
  private timer: ReturnType<typeof setTimeout> | undefined
  private waiting = ''

  constructor(
    private readonly site: Pick<Site, 'words' | 'subject'>,
    private readonly labels: () => readonly string[],
    private readonly words: Words,
    private readonly language: string,
  ) {
    this.clear()
  }

  clear(): void {
    this.box.className = 'verdict empty'
    delete this.box.dataset.verdict
    this.word.textContent = ''
    this.note.textContent = ''
    this.bars.hidden = true
    this.waiting = ''
    // Who hears it must not be told of a picture that is gone.
    this.spoken.textContent = ''
    clearTimeout(this.timer)
  }

  looking(): void {
    this.clear()
    this.box.className = 'verdict'
    this.note.textContent = this.words.looking
  }

  /** @param isLive - one of many a second */
  show(verdict: Verdict, isLive: boolean): void {
    const word = this.wordOf(verdict)
    this.box.className = `verdict ${this.mood(verdict)}`
    // For scripts that read the page.
    this.box.dataset.verdict = JSON.stringify(verdict)
    this.word.textContent = word
    this.word.classList.toggle('long', [...word].length > LONG_WORD)
    this.note.textContent = this.noteOf(verdict)
    this.showBars(verdict)
    this.speak(verdict.abstained ? word : `${word}, ${this.percent(sureness(verdict))}`, word, isLive)
  }

  /** What the verdict is in the person's own words. */
  wordOf({ abstained, label }: Verdict): string {
    return abstained ? this.words.neither : this.named(label)
  }

  noteOf(verdict: Verdict): string {
    return verdict.abstained
      ? this.words.neitherNote
      : `${this.percent(sureness(verdict))} ${this.words.sure}`
  }

  mood({ abstained, label }: Verdict): 'yes' | 'no' | 'neither' {
    if (abstained) return 'neither'
    return this.site.subject === null || this.site.subject === label ? 'yes' : 'no'
  }

  private named(label: string): string {
    return Object.hasOwn(this.site.words, label) ? this.site.words[label] : label
  }

  /** The figures of the command line, as this language writes them. */
  private percent(probability: number): string {
    const { sign, share } = toldProbability(probability)
    const format = new Intl.NumberFormat(this.language, { style: 'percent', minimumFractionDigits: 1 })
    return `${sign}${format.format(share)}`
  }

  private showBars({ probabilities, abstained }: Verdict): void {
    const labels = this.labels()
    const order = labels.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a])
    this.bars.hidden = abstained || labels.length < 3
    if (this.bars.hidden) return
    this.bars.replaceChildren(...order.slice(0, MOST_BARS).map(i => this.bar(labels[i], probabilities[i])))
  }

  private bar(label: string, probability: number): HTMLLIElement {
    const line = document.createElement('li')
    const name = document.createElement('span')
    const share = document.createElement('span')
    const bar = document.createElement('progress')
    name.className = 'name'
    name.dir = 'auto'
    // Long ones are cut.
    name.title = this.named(label)
    share.className = 'share'
    name.textContent = this.named(label)
    share.textContent = this.percent(probability)
    bar.max = 1
    bar.value = probability
    bar.setAttribute('aria-hidden', 'true')
    line.append(name, share, bar)
    return line
  }

  private speak(text: string, word: string, isLive: boolean): void {
    if (!isLive) {
      clearTimeout(this.timer)
      this.spoken.textContent = text
      return
    }
    if (word === this.waiting) return
    this.waiting = word
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.spoken.textContent = text
    }, SETTLED_MS)
  }
}

/** Probability of the label that the verdict names. */
export function sureness({ probabilities }: Verdict): number {
  return Math.max(...probabilities)
}
