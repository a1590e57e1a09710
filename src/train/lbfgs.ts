/** A function to minimise: its value and gradient at a point. */
export type Objective = (point: Float32Array) => Promise<{ value: number; grad: Float32Array }>

export interface LbfgsOptions {
  /** Curvature pairs kept; 10 by default. */
  readonly memory?: number
  /** At most this many iterations; 200 by default. */
  readonly iterations?: number
  /** Stop once the largest gradient component is below this; 1e-5 by default. */
  readonly tolerance?: number
}

export interface Minimum {
  readonly point: Float32Array
  readonly value: number
  readonly iterations: number
}

/** Sufficient decrease (Armijo) asked of a step, and how often a step is halved before the search gives up. */
const sufficientDecrease = 1e-4
const halvings = 25

/**
 * Limited-memory BFGS (Nocedal and Wright, *Numerical Optimization*, algorithm 7.5) with a backtracking line search,
 * for smooth convex objectives evaluated in float32. It ends at the tolerance, or where float32 rounding no longer
 * lets a step decrease the value.
 */
export async function minimize(
  objective: Objective,
  start: Float32Array,
  options: LbfgsOptions = {},
): Promise<Minimum> {
  const { memory = 10, iterations = 200, tolerance = 1e-5 } = options
  let point = start
  let { value, grad } = await objective(point)
  const pairs: Pair[] = []
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (maxAbs(grad) < tolerance) return { point, value, iterations: iteration }
    const direction = descend(grad, pairs)
    const slope = dot(grad, direction)
    if (!(slope < 0)) return { point, value, iterations: iteration }
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(grad, grad))) : 1
    let moved: { point: Float32Array; value: number; grad: Float32Array } | undefined
    for (let k = 0; k < halvings; k++, length /= 2) {
      const candidate = along(point, direction, length)
      const result = await objective(candidate)
      if (result.value <= value + sufficientDecrease * length * slope) {
        moved = { point: candidate, ...result }
        break
      }
    }
    if (!moved || moved.value >= value) return { point, value, iterations: iteration }
    remember(pairs, memory, point, grad, moved.point, moved.grad)
    ;({ point, value, grad } = moved)
  }
  return { point, value, iterations }
}

/** A step s, the change y of the gradient along it, and 1 / (s . y). */
interface Pair {
  readonly s: Float64Array
  readonly y: Float64Array
  readonly rho: number
}

/** Keeps the pair of a step unless rounding has made its curvature useless. */
function remember(
  pairs: Pair[],
  memory: number,
  from: Float32Array,
  gradFrom: Float32Array,
  to: Float32Array,
  gradTo: Float32Array,
): void {
  const s = Float64Array.from(to, (x, i) => x - from[i])
  const y = Float64Array.from(gradTo, (x, i) => x - gradFrom[i])
  const curvature = dot(s, y)
  if (curvature <= 1e-10 * dot(y, y)) return
  pairs.push({ s, y, rho: 1 / curvature })
  if (pairs.length > memory) pairs.shift()
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descend(grad: Float32Array, pairs: readonly Pair[]): Float64Array {
  const q = Float64Array.from(grad)
  const alphas = new Array<number>(pairs.length)
  for (let i = pairs.length - 1; i >= 0; i--) {
    alphas[i] = pairs[i].rho * dot(pairs[i].s, q)
    add(q, pairs[i].y, -alphas[i])
  }
  const last = pairs.at(-1)
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1
  for (let i = 0; i < q.length; i++) q[i] *= scale
  for (let i = 0; i < pairs.length; i++) {
    const beta = pairs[i].rho * dot(pairs[i].y, q)
    add(q, pairs[i].s, alphas[i] - beta)
  }
  for (let i = 0; i < q.length; i++) q[i] = -q[i]
  return q
}

function along(point: Float32Array, direction: Float64Array, length: number): Float32Array {
  return Float32Array.from(point, (x, i) => x + length * direction[i])
}

function add(into: Float64Array, x: Float64Array, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] += factor * x[i]
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function maxAbs(a: Float32Array): number {
  let max = 0
  for (let i = 0; i < a.length; i++) max = Math.max(max, Math.abs(a[i]))
  return max
}
