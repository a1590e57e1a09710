/** Chance that anything at all is told of photos that nothing tells apart: one set in twenty. */
const FALSE_ALARMS = 0.05

/**
 * Whether something so far above guessing would hardly be met by chance, among as many things as were looked at (Bonferroni 1936).
 *
 * @param aboveGuessing in standard deviations
 */
export function isBeyondChance(aboveGuessing: number, looks: number): boolean {
  return upperTail(aboveGuessing) * looks <= FALSE_ALARMS
}

/** Terms of the fraction: enough for six digits from 1 on. */
const TERMS = 60

/** Chance that a standard normal number is larger: Laplace's continued fraction. Below 1, where nobody looks, 1. */
export function upperTail(z: number): number {
  if (!(z >= 1)) return 1
  let below = z
  for (let k = TERMS; k > 0; k--) below = z + k / below
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / below
}
