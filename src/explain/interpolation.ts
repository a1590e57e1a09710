/** Weights [to, from] that bring a line of `from` numbers to `to` places: linear between the middles, the ends repeated. */
export function interpolation(from: number, to: number): Float32Array {
  const weights = new Float32Array(to * from)
  for (let i = 0; i < to; i++) {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5))
    const low = Math.floor(at)
    const high = Math.min(from - 1, low + 1)
    weights[i * from + low] += 1 - (at - low)
    weights[i * from + high] += at - low
  }
  return weights
}

/** The same, but each number is shared out among its places, so that the sum stays what it is. */
export function sharingOut(from: number, to: number): Float32Array {
  const weights = interpolation(from, to)
  for (let j = 0; j < from; j++) {
    let sum = 0
    for (let i = 0; i < to; i++) sum += weights[i * from + j]
    for (let i = 0; i < to; i++) weights[i * from + j] /= sum
  }
  return weights
}
