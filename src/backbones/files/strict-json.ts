/** Deepest nesting followed; a safetensors header has three levels. */
const MAX_DEPTH = 8

/**
 * Parses JSON with objects as maps, refusing what `JSON.parse` lets pass: a key given twice. (Of two entries for one
 * tensor, readers differ on which counts, so a file could show one network to a checker and another to its user.)
 *
 * @throws SyntaxError where the text is not such JSON.
 */
export function parseStrictJson(text: string): unknown {
  // JSON.parse is the judge of the grammar; the walk below then only has to find keys and values.
  JSON.parse(text)
  const scanner = { text, at: 0 }
  return scan(scanner, 0)
}

interface Scanner {
  readonly text: string
  at: number
}

function scan(s: Scanner, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_DEPTH}`)
  const first = next(s)
  if (first === '{') return scanObject(s, depth)
  if (first === '[') return scanArray(s, depth)
  return scanScalar(s)
}

function scanObject(s: Scanner, depth: number): Map<string, unknown> {
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
    object.set(key, scan(s, depth + 1))
  }
  s.at++
  return object
}

function scanArray(s: Scanner, depth: number): unknown[] {
  const items: unknown[] = []
  s.at++
  while (next(s) !== ']') {
    if (s.text[s.at] === ',') s.at++
    items.push(scan(s, depth + 1))
  }
  s.at++
  return items
}

const scalar = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/y

function scanScalar(s: Scanner): unknown {
  scalar.lastIndex = s.at
  const found = scalar.exec(s.text)
  if (!found) throw new SyntaxError(`no value at ${s.at}`)
  s.at += found[0].length
  return JSON.parse(found[0])
}

/** Skips white space and returns the character there. */
function next(s: Scanner): string {
  while (/\s/.test(s.text[s.at] ?? 'x')) s.at++
  return s.text[s.at]
}
