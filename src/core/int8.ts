/** What a number of 8 bits holds at most, with a sign and as many below 0 as above. */
const GREATEST = 127

/**
 * A row of numbers in 8 bits, as whole steps from -127 to 127.
 *
 * @param steps - is written into; stays as it is for a row of nothing
 * @returns how long a step is; 0 for a row of nothing
 */
export function toSteps(row: Float32Array, steps: Int8Array): number {
  let most = 0
  for (let j = 0; j < row.length; j++) most = Math.max(most, Math.abs(row[j]))
  if (most === 0) return 0
  for (let j = 0; j < row.length; j++) steps[j] = Math.round((row[j] / most) * GREATEST)
  return most / GREATEST
}
