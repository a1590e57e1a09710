/** Row-major numbers with their width. */
export interface Matrix {
  readonly data: Float64Array
  readonly rows: number
  readonly width: number
}

export function matrix(rows: number, width: number): Matrix {
  return { data: new Float64Array(rows * width), rows, width }
}

/** All dot products `[a, b]` of rows with rows. */
export function products(a: readonly Float32Array[], b: readonly Float32Array[]): Matrix {
  const out = matrix(a.length, b.length)
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++) out.data[i * b.length + j] = dotOfRows(a[i], b[j])
  return out
}

/** Products of one row with many. */
export function productsWith(rows: readonly Float32Array[], row: Float32Array): Float64Array {
  const out = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) out[i] = dotOfRows(rows[i], row)
  return out
}

/** Rows of one type only: the loop stays fast. */
export function dotOfRows(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

export function unit(row: Float32Array): Float32Array {
  const length = Math.sqrt(dotOfRows(row, row)) || 1
  return row.map(value => value / length)
}

/** The lower triangle L with L Lᵀ = a, which is symmetric and positive definite. */
export function cholesky({ data, rows: n }: Matrix): Float64Array {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = data[i * n + j]
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k]
      l[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / l[j * n + j]
    }
  return l
}

/** |L⁻¹ y|²: the product y a⁻¹ y of a matrix whose triangle is L. */
export function inverseNorm(l: Float64Array, y: Float64Array): number {
  const n = y.length
  const x = new Float64Array(n)
  let norm = 0
  for (let i = 0; i < n; i++) {
    let sum = y[i]
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k]
    x[i] = sum / l[i * n + i]
    norm += x[i] * x[i]
  }
  return norm
}

const rounds = 25

/** The largest eigenvalues of a symmetric matrix, and their vectors, by orthogonal iteration. */
export function topEigen(
  { data, rows: n }: Matrix,
  count: number,
): { values: number[]; vectors: Float64Array[] } {
  let vectors = Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: n }, (_, i) => Math.sin((i + 1) * (k + 1) * 1.7) + (i === k ? 1 : 0)),
  )
  orthonormalise(vectors)
  let values: number[] = []
  for (let round = 0; round < rounds; round++) {
    const next = vectors.map(v => {
      const out = new Float64Array(n)
      for (let i = 0; i < n; i++) out[i] = dot(data.subarray(i * n, (i + 1) * n), v)
      return out
    })
    values = next.map((v, k) => dot(v, vectors[k]))
    orthonormalise(next)
    vectors = next
  }
  return { values, vectors }
}

function orthonormalise(vectors: readonly Float64Array[]): void {
  for (const [k, v] of vectors.entries()) {
    for (let j = 0; j < k; j++) {
      const along = dot(v, vectors[j])
      for (let i = 0; i < v.length; i++) v[i] -= along * vectors[j][i]
    }
    const length = Math.sqrt(dot(v, v)) || 1
    for (let i = 0; i < v.length; i++) v[i] /= length
  }
}
