/** Where a text goes: the middle of an area, in pixels, and how it looks. */
export interface TextArea {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly weight: number
  /** Of its letters: as large as there is room for, between these. */
  readonly largest: number
  readonly smallest: number
}

/** From line to line, in heights of letters. */
const LEADING = 1.12
const STEP = 2

/** Draws a text into an area, on as many lines as it takes; what has no room even in the smallest letters is cut. */
export function drawText(context: CanvasRenderingContext2D, text: string, area: TextArea): void {
  const { x, y, width, height, weight, largest, smallest } = area
  let size = largest
  let lines = inLines(context, text, weight, size, width)
  while (lines.length * size * LEADING > Math.max(height, size * LEADING) && size > smallest) {
    size = Math.max(smallest, size - STEP)
    lines = inLines(context, text, weight, size, width)
  }
  const room = Math.max(1, Math.floor(height / (size * LEADING)))
  const kept = lines.length > room ? [...lines.slice(0, room - 1), `${lines[room - 1]}…`] : lines
  // Isolated (UAX #9), so that a line of Hebrew or Arabic has its marks at its own end.
  for (const [i, line] of kept.entries())
    context.fillText(`\u2068${line}\u2069`, x, y + (i - (kept.length - 1) / 2) * size * LEADING, width)
}

/** Breaks a text between words, and inside those that are longer than a line. */
function inLines(
  context: CanvasRenderingContext2D,
  text: string,
  weight: number,
  size: number,
  width: number,
): string[] {
  context.font = `${weight} ${size}px system-ui, sans-serif`
  const fits = (line: string) => context.measureText(line.trimEnd()).width <= width
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/\S+\s*/gu) ?? []) {
    if (line !== '' && !fits(line + word)) {
      lines.push(line.trimEnd())
      line = ''
    }
    for (const sign of fits(word) ? [word] : lettersOf(word)) {
      if (line !== '' && !fits(line + sign)) {
        lines.push(line)
        line = ''
      }
      line += sign
    }
  }
  return [...lines, line.trimEnd()]
}

/** What people take for one letter each, where the browser knows it. */
function lettersOf(text: string): string[] {
  if (!('Segmenter' in Intl)) return [...text]
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}
