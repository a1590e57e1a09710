/** Photos of one class that were taken for another. */
export interface Mistake {
  readonly truth: number
  readonly predicted: number
  readonly count: number
}

/** Matrices of more classes than this are of no use to anyone; the commonest mistakes are listed instead. */
export const MATRIX_CLASSES = 40

/** The cells of a matrix [true class][predicted class] that count most mistakes, the first of equals first. */
export function commonestMistakes(confusion: readonly (readonly number[])[], most: number): Mistake[] {
  const found: Mistake[] = []
  for (const [truth, row] of confusion.entries())
    for (let predicted = 0; predicted < row.length; predicted++)
      if (predicted !== truth && row[predicted] > 0) found.push({ truth, predicted, count: row[predicted] })
  return found.sort((a, b) => b.count - a.count).slice(0, most)
}
