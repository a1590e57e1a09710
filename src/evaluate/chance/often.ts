/** Rarer than this nobody tells apart. */
const RAREST = 1e-6

/** A chance in words: "3 of 10", "4 of 100", "1 of 2000", "nearly all", "fewer than 1 of 1000000". */
export function often(chance: number): string {
  if (chance >= 0.95) return 'nearly all'
  if (chance >= 0.095) return `${Math.round(chance * 10)} of 10`
  if (chance >= 0.0095) return `${Math.round(chance * 100)} of 100`
  if (chance < RAREST) return `fewer than 1 of ${1 / RAREST}`
  const times = 1 / chance
  const step = 10 ** Math.floor(Math.log10(times))
  return `1 of ${Math.round(times / step) * step}`
}
