/** Part of a page that a script runs, or fills in. Lines count from 0. */
export type Block = Commands | WrittenFile | Output | Picture

export interface Commands {
  readonly kind: 'commands'
  readonly text: string
  /** Why a page shows them and a script does not run them. */
  readonly notRun?: string | undefined
}

/** A file that later commands use. */
export interface WrittenFile {
  readonly kind: 'file'
  readonly name: string
  readonly text: string
}

/** What the commands before it say. */
export interface Output {
  readonly kind: 'output'
  readonly text: string
  /** Parts of it that are shown; all of it by default. */
  readonly parts?: readonly Part[] | undefined
  /** Lines of the page between its fences: the first, and the one behind the last. */
  readonly lines: readonly [number, number]
}

/** So many lines from the next one that has these words. */
export interface Part {
  readonly start: string
  readonly count: number
}

export interface Picture {
  readonly kind: 'picture'
  /** Relative to the page. */
  readonly path: string
  /** How it is made: a word of `pictures.ts`, and what belongs to it. */
  readonly how: readonly string[]
}

const FENCE = /^```(\w*)$/
const COMMENT = /^<!-- (.*) -->$/

/**
 * The parts of a Markdown page that a script runs: fences of `sh` are commands; of `text` behind them, what they say; of any kind behind
 * `<!-- file NAME -->`, a file; and a picture behind `<!-- picture HOW -->`.
 *
 * @throws Error that names the line, for a comment that belongs to nothing and a fence that does not end
 */
export function parsePage(page: string): Block[] {
  const lines = page.split('\n')
  const blocks: Block[] = []
  let told: string | undefined
  for (let i = 0; i < lines.length; i++) {
    const comment = COMMENT.exec(lines[i])?.[1]
    const fence = FENCE.exec(lines[i])?.[1]
    if (comment !== undefined) told = comment
    else if (fence !== undefined) {
      const end = lines.indexOf('```', i + 1)
      if (end < 0) throw new Error(`line ${i + 1}: this fence has no end`)
      const block = fenced(fence, lines.slice(i + 1, end).join('\n'), told, [i + 1, end])
      if (block) blocks.push(block)
      else if (told !== undefined) throw unused(told, i)
      told = undefined
      i = end
    } else if (told !== undefined) {
      blocks.push(picture(lines[i], told, i))
      told = undefined
    }
  }
  return blocks
}

function fenced(
  language: string,
  text: string,
  told: string | undefined,
  lines: readonly [number, number],
): Block | undefined {
  const [, word, rest = ''] = /^(file|not run:|shows) (.*)$/.exec(told ?? '') ?? []
  if (word === 'file') return { kind: 'file', name: rest, text: `${text}\n` }
  if (language === 'sh') return { kind: 'commands', text, notRun: word === 'not run:' ? rest : undefined }
  if (language === 'text')
    return { kind: 'output', text, parts: word === 'shows' ? partsOf(rest, lines[0]) : undefined, lines }
  return undefined
}

/** `Exact copies +4; Shortcuts +2`. */
function partsOf(text: string, line: number): Part[] {
  return text.split('; ').map(part => {
    const [, start, count] = /^(.+) \+(\d+)$/.exec(part) ?? []
    if (start === undefined) throw new Error(`line ${line}: "${part}" is not START +LINES`)
    return { start, count: Number(count) }
  })
}

function picture(line: string, told: string, i: number): Picture {
  const path = /^!\[[^\]]*\]\(([^)]+)\)$/.exec(line)?.[1]
  const how = /^picture (.+)$/.exec(told)?.[1]
  if (path === undefined || how === undefined) throw unused(told, i)
  return { kind: 'picture', path, how: how.split(' ') }
}

function unused(told: string, i: number): Error {
  return new Error(`line ${i + 1}: "<!-- ${told} -->" belongs to nothing here`)
}

/**
 * What a page shows of an output. Dots stand where lines are left out.
 *
 * @throws Error where no line has the words of a part
 */
export function shownOf(output: string, parts: readonly Part[] | undefined): string {
  const lines = output.trimEnd().split('\n')
  if (parts === undefined) return lines.join('\n')
  const shown: string[] = []
  let next = 0
  for (const { start, count } of parts) {
    const at = lines.findIndex((line, i) => i >= next && line.includes(start))
    if (at < 0) throw new Error(`no further line has "${start}" in\n${output}`)
    if (at > next) shown.push('…')
    shown.push(...lines.slice(at, at + count))
    next = at + count
  }
  if (next < lines.length) shown.push('…')
  return shown.join('\n')
}

/** The page with other outputs in the places of its own, in their order. */
export function withOutputs(page: string, outputs: readonly string[]): string {
  const lines = page.split('\n')
  const places = parsePage(page).filter(block => block.kind === 'output')
  for (const [
    i,
    {
      lines: [from, to],
    },
  ] of [...places.entries()].reverse())
    lines.splice(from, to - from, ...outputs[i].split('\n'))
  return lines.join('\n')
}
