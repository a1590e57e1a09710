import type { Interval } from '../evaluate/index.js'

export { plural } from '../core/index.js'

const CONTROL_PICTURES = 0x2400

/**
 * Outside text made safe to show: control characters, lone surrogates and the marks that reverse the direction of
 * writing become visible signs. (Terminals obey control characters; XML forbids them; reversal hides extensions.)
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu, sign => {
    const code = sign.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(CONTROL_PICTURES + code) : '\ufffd'
  })
}

/** At most `max` characters, the middle left out: beginnings and extensions are what tell file names apart. */
export function shorten(text: string, max: number): string {
  const characters = graphemes(text)
  if (characters.length <= max) return text
  const tail = Math.floor((max - 1) / 2)
  return `${characters.slice(0, max - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`
}

/** Columns of a class's name in a terminal's tables. */
const LABEL_WIDTH = 24

/** A class's name as a terminal's tables show it. */
export function shortLabel(label: string): string {
  return shorten(visible(label), LABEL_WIDTH)
}

/** A share with three decimals, or a dash where it is undefined. */
export function share(value: number | null | undefined, decimals: number = 3): string {
  return value === null || value === undefined ? '–' : value.toFixed(decimals)
}

/** "0.92 to 0.99". */
export function range(interval: Interval | null | undefined): string {
  return interval ? `${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}` : '–'
}

/** A loss with three significant digits. */
export function loss(value: number | null): string {
  if (value === null) return '–'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** "0.42 s", "17 s", "4 min 49 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`
}

/** "9.1 MB", in powers of ten as file managers count. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} bytes`
  if (count < 999_500) return `${Math.round(count / 1000)} kB`
  return `${(count / 1e6).toFixed(1)} MB`
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[], last: string = 'and'): string {
  return items.length < 2
    ? items.join('')
    : `${items.slice(0, -1).join(', ')} ${last} ${items[items.length - 1]}`
}

/** Rows of cells as aligned lines; the first column is set left, the others right. Cells are made visible. */
export function alignedTable(rows: readonly (readonly string[])[], indent: string = '  '): string {
  const cells = rows.map(row => row.map(visible))
  const columns = Math.max(...cells.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, c) =>
    Math.max(...cells.map(row => displayWidth(row[c] ?? ''))),
  )
  return cells
    .map(row => {
      const padded = row.map((cell, c) => {
        const space = ' '.repeat(widths[c] - displayWidth(cell))
        return c === 0 ? cell + space : space + cell
      })
      return (indent + padded.join('  ')).trimEnd()
    })
    .join('\n')
}

/** Columns that text takes in a terminal: East Asian wide characters and emoji take two. */
export function displayWidth(text: string): number {
  return graphemes(text).reduce((width, character) => width + (WIDE.test(character) ? 2 : 1), 0)
}

const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), part => part.segment)
}
