/** What a fit reads of photos: numbers, and values of a few kinds. Columns of equal length. */
export interface Design {
  readonly numbers: readonly Float64Array[]
  /** For each photo which of `count` kinds it is. */
  readonly kinds: readonly { readonly codes: Uint16Array; readonly count: number }[]
}

/** Scores as a sum over columns. */
export interface AdditiveModel {
  readonly intercept: number
  readonly slopes: Float64Array
  /** For each column of kinds what each of them adds. */
  readonly steps: readonly Float64Array[]
}

/** Weight of the penalty `|weights|^2 / 2` beside the summed loss: scikit-learn's `C = 1`. */
const PENALTY = 1
const MOST_ROUNDS = 15
const SWEEPS = 4
/** A round that changes no log-odds by more than this is the last: ranks no longer move. */
const SMALL = 1e-2
/** Curvature that a photo counts with at least: keeps steps bounded where the classes fall apart. */
const LEAST_CURVATURE = 0.02

/**
 * Logistic regression on numbers and steps with an L2 penalty (none on the intercept): iteratively reweighted least squares, each
 * round solved by coordinate descent (Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear
 * Models via Coordinate Descent", 2010). A column of kinds costs one pass, however many kinds there are.
 */
export function fitAdditive({ numbers, kinds }: Design, own: Uint8Array): AdditiveModel {
  const photos = own.length
  const slopes = new Float64Array(numbers.length)
  const steps = kinds.map(({ count }) => new Float64Array(count))
  const odds = new Float64Array(photos)
  const residuals = new Float64Array(photos)
  const curvature = new Float64Array(photos)
  const before = new Float64Array(photos)
  let intercept = 0
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (let i = 0; i < photos; i++) {
      const p = 1 / (1 + Math.exp(-odds[i]))
      residuals[i] = own[i] - p
      curvature[i] = Math.max(LEAST_CURVATURE, p * (1 - p))
      before[i] = residuals[i]
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      intercept += moveAll(residuals, curvature)
      for (const [j, column] of numbers.entries())
        slopes[j] += moveSlope(column, slopes[j], residuals, curvature)
      for (const [k, { codes }] of kinds.entries()) moveSteps(codes, steps[k], residuals, curvature)
    }
    let most = 0
    for (let i = 0; i < photos; i++) {
      // What the steps of this round took off a residual is how far they moved its log-odds.
      const change = (before[i] - residuals[i]) / curvature[i]
      odds[i] += change
      most = Math.max(most, Math.abs(change))
    }
    if (most < SMALL) break
  }
  return { intercept, slopes, steps }
}

/** Log-odds of photos: one number each. */
export function additiveScores(
  { numbers, kinds }: Design,
  model: AdditiveModel,
  photos: number,
): Float64Array {
  const scores = new Float64Array(photos).fill(model.intercept)
  for (const [j, column] of numbers.entries())
    for (let i = 0; i < photos; i++) scores[i] += model.slopes[j] * column[i]
  for (const [k, { codes }] of kinds.entries())
    for (let i = 0; i < photos; i++) scores[i] += model.steps[k][codes[i]]
  return scores
}

function moveAll(residuals: Float64Array, curvature: Float64Array): number {
  let slope = 0
  let bend = 0
  for (let i = 0; i < residuals.length; i++) {
    slope += residuals[i]
    bend += curvature[i]
  }
  const move = slope / bend
  for (let i = 0; i < residuals.length; i++) residuals[i] -= curvature[i] * move
  return move
}

function moveSlope(
  column: Float64Array,
  at: number,
  residuals: Float64Array,
  curvature: Float64Array,
): number {
  let slope = -PENALTY * at
  let bend = PENALTY
  for (let i = 0; i < column.length; i++) {
    const x = column[i]
    slope += x * residuals[i]
    bend += x * x * curvature[i]
  }
  const move = slope / bend
  for (let i = 0; i < column.length; i++) residuals[i] -= curvature[i] * column[i] * move
  return move
}

function moveSteps(
  codes: Uint16Array,
  steps: Float64Array,
  residuals: Float64Array,
  curvature: Float64Array,
): void {
  const moves = Float64Array.from(steps, at => -PENALTY * at)
  const bends = new Float64Array(steps.length).fill(PENALTY)
  for (let i = 0; i < codes.length; i++) {
    moves[codes[i]] += residuals[i]
    bends[codes[i]] += curvature[i]
  }
  for (let k = 0; k < steps.length; k++) {
    moves[k] /= bends[k]
    steps[k] += moves[k]
  }
  for (let i = 0; i < codes.length; i++) residuals[i] -= curvature[i] * moves[codes[i]]
}
