/** By so much of itself a figure may be another on another machine, or else by so many units of its last place. */
const MOVES_BY = 0.1
const MOVES_BY_UNITS = 3

const TIME = /\d+(\.\d+)?\s?(ms|s|min|h)\b/g
const FIGURE = /\d+(\.\d+)?/g

/** What two outputs of the same commands differ in, in words; times do not count, and figures only where they are far apart. */
export function differences(before: string, after: string): string[] {
  const [old, now] = [before, after].map(text => text.split('\n'))
  const length = Math.max(old.length, now.length)
  return Array.from({ length }, (_, i) => [old[i] ?? '(nothing)', now[i] ?? '(nothing)'])
    .filter(([a, b]) => !isAlike(a, b))
    .map(([a, b]) => `was  ${a.trim()}\nis   ${b.trim()}`)
}

function isAlike(before: string, after: string): boolean {
  const [a, b] = [before, after].map(line => line.replace(TIME, 'time'))
  if (wordsOf(a) !== wordsOf(b)) return false
  const figures = a.match(FIGURE) ?? []
  const others = b.match(FIGURE) ?? []
  return figures.every((figure, i) => isNear(figure, others[i]))
}

function wordsOf(line: string): string {
  return line.replace(FIGURE, '#').replace(/\s+/g, ' ').trim()
}

function isNear(a: string, b: string): boolean {
  const places = a.split('.')[1]?.length ?? 0
  const far = Math.abs(Number(a) - Number(b))
  return far <= Math.max(MOVES_BY * Number(a), MOVES_BY_UNITS * 10 ** -places + Number.EPSILON)
}
