/** mistakes = floor + rest * (photos / most)^-rate, of which `rate` is given. */
export interface Law {
  /** Mistakes after learning from so many photos. */
  at(photos: number): number
  /** Squared distances from what was counted, each over its variance. */
  readonly misfit: number
}

/**
 * How fast what can still be learnt falls with the photos. Of a head on frozen features it falls with 1 / photos once there are many more
 * photos than a class has directions, and with a root of them before. Four counts that hold noise fit each of these; which one
 * is true decides what more photos would do.
 */
export const RATES: readonly number[] = [0.25, 0.5, 1, 1.5]

/**
 * The law of one rate that is nearest to the mistakes counted after learning from so many photos: least squares, each count
 * weighed by one over its variance, about the count itself. Neither the floor nor the rest is below 0.
 *
 * @param counts - above 0
 */
export function fitLaw(sizes: readonly number[], counts: readonly number[], rate: number): Law {
  const most = sizes[sizes.length - 1]
  const shrunk = (photos: number) => (photos / most) ** -rate
  const x = sizes.map(shrunk)
  const { floor, rest } = nearest(x, counts)
  const at = (photos: number) => floor + rest * shrunk(photos)
  return { at, misfit: counts.reduce((sum, count, k) => sum + (count - at(sizes[k])) ** 2 / count, 0) }
}

function nearest(x: readonly number[], counts: readonly number[]): { floor: number; rest: number } {
  const mean = (of: (k: number) => number) => counts.reduce((sum, count, k) => sum + of(k) / count, 0) / all
  const all = counts.reduce((sum, count) => sum + 1 / count, 0)
  const [mx, my] = [mean(k => x[k]), mean(k => counts[k])]
  const rest = mean(k => (x[k] - mx) * (counts[k] - my)) / mean(k => (x[k] - mx) ** 2)
  // More mistakes with more photos are luck.
  if (!(rest > 0)) return { floor: my, rest: 0 }
  if (my >= rest * mx) return { floor: my - rest * mx, rest }
  return { floor: 0, rest: mean(k => x[k] * counts[k]) / mean(k => x[k] ** 2) }
}
