/** Deepest nesting followed; a safetensors header has three levels. */
const MAX_DEPTH = 8

/**
 * Parses JSON with objects as maps, refusing what `JSON.parse` lets pass: a key given twice. (Of two entries for one
 * tensor, readers differ on which counts, so a file could show one network to a checker and another to its user.)
 *
 * @throws SyntaxError where the text is not such JSON.
 */
export function parseStrictJson(text: string): unknown {
  requireFlat(text)
  // JSON.parse is the judge of the grammar; the walk below then only has to find keys and values.
  JSON.parse(text)
  const scanner = { text, at: 0 }
  return scan(scanner)
}

/** Refuses deep nesting before anything is made of it: a megabyte of brackets would keep JSON.parse busy. */
function requireFlat(text: string): void {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
    if (depth > MAX_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_DEPTH}`)
  }
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = Buffer.from('"\\{}[]')

/** Where the string that begins at `start` is over. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at + 1
  }
  throw new SyntaxError('a text does not end')
}

interface Scanner {
  readonly text: string
  at: number
}

function scan(s: Scanner): unknown {
  const first = next(s)
  if (first === '{') return scanObject(s)
  if (first === '[') return scanArray(s)
  return scanScalar(s)
}

function scanObject(s: Scanner): Map<string, unknown> {
  const object = new Map<string, unknown>()
  s.at++
  while (next(s) !== '}') {
    if (s.text[s.at] === ',') {
      s.at++
      next(s)
    }
    const key = String(scanScalar(s))
    if (object.has(key)) throw new SyntaxError(`key ${JSON.stringify(key)} is given twice`)
    next(s)
    s.at++ // the colon
    object.set(key, scan(s))
  }
  s.at++
  return object
}

function scanArray(s: Scanner): unknown[] {
  const items: unknown[] = []
  s.at++
  while (next(s) !== ']') {
    if (s.text[s.at] === ',') s.at++
    items.push(scan(s))
  }
  s.at++
  return items
}

const bare = /[^\s,\]}]+/y

/** A text, or a number, truth value or null. */
function scanScalar(s: Scanner): unknown {
  const start = s.at
  if (s.text.charCodeAt(start) === QUOTE) s.at = endOfString(s.text, start)
  else {
    bare.lastIndex = start
    s.at += bare.exec(s.text)?.[0].length ?? 0
  }
  return JSON.parse(s.text.slice(start, s.at))
}

/** Skips white space and returns the character there. */
function next(s: Scanner): string {
  while (/\s/.test(s.text[s.at] ?? 'x')) s.at++
  return s.text[s.at]
}
