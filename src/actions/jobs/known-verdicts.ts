/** Characters that verdicts may take together, with what a Map needs for each: some hundred thousand of a few labels. */
const MOST_CHARACTERS = 16 * 1024 * 1024
const CHARACTERS_EACH = 200

/** Verdicts by the content they are of, as long as there is room: those asked for last stay. */
export class KnownVerdicts {
  private readonly texts = new Map<string, string>()
  private characters = 0

  constructor(private readonly most = MOST_CHARACTERS) {}

  get(sha256: string): string | undefined {
    const text = this.texts.get(sha256)
    if (text === undefined) return undefined
    // Last in the order of a Map is what was asked for last.
    this.texts.delete(sha256)
    this.texts.set(sha256, text)
    return text
  }

  put(sha256: string, text: string): void {
    this.forget(sha256)
    this.texts.set(sha256, text)
    this.characters += text.length + CHARACTERS_EACH
    for (const oldest of this.texts.keys()) {
      if (this.characters <= this.most) return
      this.forget(oldest)
    }
  }

  private forget(sha256: string): void {
    const text = this.texts.get(sha256)
    if (text === undefined) return
    this.texts.delete(sha256)
    this.characters -= text.length + CHARACTERS_EACH
  }
}
