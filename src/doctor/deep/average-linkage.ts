/** Two clusters that became one. Clusters 0 to n - 1 are single items; merge k makes cluster n + k. */
export interface Merge {
  readonly a: number
  readonly b: number
  readonly distance: number
}

/**
 * Hierarchical clustering by mean distance (UPGMA), by the nearest-neighbour chain: n^2 time and memory (Müllner, "Modern
 * hierarchical, agglomerative clustering algorithms", 2011). Merges come in the order found; what a merge is made of always comes
 * before it.
 *
 * @param distances [n, n], symmetric; used up
 */
export function averageLinkage(distances: Float32Array, n: number): Merge[] {
  const sizes = new Array<number>(n).fill(1)
  /** The cluster that a row stands for; -1 for a row that was merged into another. */
  const cluster = Array.from({ length: n }, (_, i) => i)
  const merges: Merge[] = []
  const chain: number[] = []
  while (merges.length < n - 1) {
    if (chain.length === 0) chain.push(cluster.findIndex(one => one >= 0))
    const top = chain[chain.length - 1]
    const before = chain.length > 1 ? chain[chain.length - 2] : -1
    let nearest = before
    let least = before >= 0 ? distances[top * n + before] : Number.POSITIVE_INFINITY
    for (let i = 0; i < n; i++)
      if (i !== top && cluster[i] >= 0 && distances[top * n + i] < least) {
        nearest = i
        least = distances[top * n + i]
      }
    if (nearest !== before) {
      chain.push(nearest)
      continue
    }
    chain.length -= 2
    const [keep, gone] = top < before ? [top, before] : [before, top]
    const share = sizes[keep] / (sizes[keep] + sizes[gone])
    for (let i = 0; i < n; i++) {
      const distance = share * distances[keep * n + i] + (1 - share) * distances[gone * n + i]
      distances[keep * n + i] = distance
      distances[i * n + keep] = distance
    }
    merges.push({ a: cluster[keep], b: cluster[gone], distance: least })
    sizes[keep] += sizes[gone]
    cluster[keep] = n + merges.length - 1
    cluster[gone] = -1
  }
  return merges
}
