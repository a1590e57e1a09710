import { ChiquitoError } from '../core/index.js'

type Kind = 'name' | 'text' | 'number' | 'mark' | 'line' | 'end'

interface Token {
  readonly kind: Kind
  readonly text: string
  readonly line: number
}

const patterns: readonly (readonly [Kind | 'space', RegExp])[] = [
  ['space', /[ \t\r]+|#[^\n]*/y],
  ['line', /\n/y],
  ['number', /0x[0-9a-f]+|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|-?inf\b|nan\b|true\b|false\b/y],
  ['name', /[A-Za-z_/][\w./-]*/y],
  ['text', /"(?:[^"\\\n]|\\.)*"/y],
  ['mark', /[=(){}[\],:@…]/y],
]

/** The text of a graph cut into words; errors name the line. */
export class Tokens {
  private readonly tokens: readonly Token[]
  private next = 0

  constructor(text: string) {
    this.tokens = cut(text)
  }

  /** Takes the word if it is next. */
  take(text: string): boolean {
    if (!this.at(text)) return false
    this.next++
    return true
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`expected ${text}`)
  }

  /** Whether the word is next; a quoted one is never a keyword. */
  at(text: string): boolean {
    const token = this.tokens[this.next]
    return token.kind !== 'text' && token.text === text
  }

  /** Whether the word after next begins with a name. */
  nameFollows(): boolean {
    const kind = this.tokens[this.next + 1]?.kind
    return kind === 'name' || kind === 'text'
  }

  atEnd(): boolean {
    return this.tokens[this.next].kind === 'end'
  }

  atLineEnd(): boolean {
    return ['line', 'end'].includes(this.tokens[this.next].kind) || this.at('}')
  }

  skipLines(): void {
    while (this.tokens[this.next].kind === 'line') this.next++
  }

  end(): void {
    this.skipLines()
    if (!this.atEnd()) this.fail('expected the end')
  }

  /** A name, quoted or not; `what` says of what. */
  name(what: string): string {
    const { kind, text } = this.tokens[this.next]
    if (kind !== 'name' && kind !== 'text') this.fail(`expected the name of ${what}`)
    this.next++
    return kind === 'text' ? this.unquoted(text) : text
  }

  /** The next word if it is an unquoted name; it stays. */
  peekName(): string | undefined {
    const { kind, text } = this.tokens[this.next]
    return kind === 'name' ? text : undefined
  }

  /** The next word if it is a quoted string. */
  string(): string | undefined {
    const { kind, text } = this.tokens[this.next]
    if (kind !== 'text') return undefined
    this.next++
    return this.unquoted(text)
  }

  /** The next word if it is a number, as it is written. */
  number(): string | undefined {
    const { kind, text } = this.tokens[this.next]
    if (kind !== 'number') return undefined
    this.next++
    return text
  }

  private unquoted(text: string): string {
    try {
      const value: unknown = JSON.parse(text)
      return String(value)
    } catch {
      return this.fail(`${text} is quoted wrongly`)
    }
  }

  fail(message: string): never {
    const { kind, text, line } = this.tokens[this.next]
    const found = kind === 'end' ? 'the end' : kind === 'line' ? 'the end of the line' : text
    throw new ChiquitoError('model', `Line ${line} of the graph's text: ${message}, at ${found}.`)
  }
}

function cut(text: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  for (let at = 0; at < text.length; ) {
    const found = match(text, at)
    if (!found)
      throw new ChiquitoError(
        'model',
        `Line ${line} of the graph's text: cannot read ${text.slice(at, at + 20)}.`,
      )
    at += found.text.length
    if (found.kind !== 'space') tokens.push({ kind: found.kind, text: found.text, line })
    if (found.kind === 'line') line++
  }
  tokens.push({ kind: 'end', text: '', line })
  return tokens
}

function match(text: string, at: number): { kind: Kind | 'space'; text: string } | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) return { kind, text: found[0] }
  }
  return undefined
}
