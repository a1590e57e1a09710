import { argumentError } from '../../core/index.js'

/** Halvings of a right angle; 60 use up a double's precision. */
const BISECTIONS = 60

/**
 * How many standard errors either way hold 95 % of Student's t distribution with so many degrees of freedom, a whole number from
 * 1. By the finite sums for whole numbers (Abramowitz and Stegun 26.7.3 and 26.7.4), in the angle atan(t / sqrt(freedom)).
 */
export function student95(freedom: number): number {
  if (!Number.isInteger(freedom) || freedom < 1)
    throw argumentError('freedom', 'a whole number from 1', freedom)
  let low = 0
  let high = Math.PI / 2
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2
    if (within(middle, freedom) < 0.95) low = middle
    else high = middle
  }
  return Math.tan((low + high) / 2) * Math.sqrt(freedom)
}

/** Chance that t lies within tan(angle) * sqrt(freedom) of 0. */
function within(angle: number, freedom: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const isOdd = freedom % 2 === 1
  let term = isOdd ? cosine : 1
  let sum = freedom === 1 ? 0 : term
  for (let k = isOdd ? 3 : 2; k < freedom; k += 2) {
    term *= ((k - 1) / k) * cosine ** 2
    sum += term
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}
