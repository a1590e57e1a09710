/** The place of the greatest number in a row; the first of equals. */
export function argmax(row: ArrayLike<number>): number {
  let best = 0
  for (let k = 1; k < row.length; k++) if (row[k] > row[best]) best = k
  return best
}
