/** Steps to which a time is rounded, each for times below another: nobody can tell more. */
const steps = [
  { below: 10, step: 1 },
  { below: 120, step: 5 },
  { below: 600, step: 30 },
  { below: 7200, step: 60 },
  { below: Number.POSITIVE_INFINITY, step: 600 },
] as const

/** 4 s, 25 s, 2 min 30 s, 1 h 10 min: as exact as an estimate can be. */
export function roughTime(seconds: number): string {
  const step = steps.find(({ below }) => seconds < below)?.step ?? 1
  return exactTime(Math.max(1, Math.round(seconds / step) * step))
}

/** 4 s, 25 s, 1.5 min, 2 h: the same in few letters. */
export function shortTime(seconds: number): string {
  const halves = (of: number) => Math.round((2 * seconds) / of) / 2
  if (seconds < 57.5) return roughTime(seconds)
  return seconds < 3600 ? `${halves(60)} min` : `${halves(3600)} h`
}

/** 4 s, 1 min 33 s, 2 h: a time as a person gives it, in whole seconds where it has that many. */
export function exactTime(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${Number(seconds.toPrecision(2))} s`
  const whole = Math.round(seconds)
  const parts = [
    { count: Math.floor(whole / 3600), unit: 'h' },
    { count: Math.floor((whole % 3600) / 60), unit: 'min' },
    { count: whole % 60, unit: 's' },
  ]
  const shown = parts.flatMap(({ count, unit }) => (count > 0 ? [`${count} ${unit}`] : []))
  return shown.length > 0 ? shown.join(' ') : '0 s'
}
