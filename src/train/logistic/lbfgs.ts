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
    const slope = slopeOf(grad, direction)
    if (!(slope < 0)) return { point, value, iterations: iteration }
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(squares(grad))) : 1
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
  const s = difference(to, from)
  const y = difference(gradTo, gradFrom)
  const curvature = dot(s, y)
  if (curvature <= 1e-10 * dot(y, y)) return
  pairs.push({ s, y, rho: 1 / curvature })
  if (pairs.length > memory) pairs.shift()
}

/**
 * The two-loop recursion: minus the approximate inverse Hessian times the gradient. Each pass over the vector does one
 * update and the product that the next one needs, because with many classes a pass costs what moves through the caches.
 */
function descend(grad: Float32Array, pairs: readonly Pair[]): Float64Array {
  const q = new Float64Array(grad)
  const last = pairs.at(-1)
  if (!last) return scaled(q, -1)
  const alphas = new Array<number>(pairs.length)
  let product = dot(last.s, q)
  for (let i = pairs.length - 1; i >= 0; i--) {
    alphas[i] = pairs[i].rho * product
    product = addAndDot(q, pairs[i].y, -alphas[i], pairs[Math.max(0, i - 1)].s)
  }
  product = scaleAndDot(q, 1 / (last.rho * dot(last.y, last.y)), pairs[0].y)
  for (let i = 0; i < pairs.length; i++) {
    const beta = pairs[i].rho * product
    product = addAndDot(q, pairs[i].s, alphas[i] - beta, pairs[Math.min(pairs.length - 1, i + 1)].y)
  }
  return scaled(q, -1)
}

// Plain loops: `TypedArray.from` with a function goes through the iterator protocol, at four times their cost.

function difference(a: Float32Array, b: Float32Array): Float64Array {
  const out = new Float64Array(a.length)
  for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i]
  return out
}

function along(point: Float32Array, direction: Float64Array, length: number): Float32Array {
  const out = new Float32Array(point.length)
  for (let i = 0; i < out.length; i++) out[i] = point[i] + length * direction[i]
  return out
}

function scaled(vector: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < vector.length; i++) vector[i] *= factor
  return vector
}

/** `into += factor x`, and then `into . other`. */
function addAndDot(into: Float64Array, x: Float64Array, factor: number, other: Float64Array): number {
  let sum = 0
  for (let i = 0; i < into.length; i++) {
    const value = into[i] + factor * x[i]
    into[i] = value
    sum += other[i] * value
  }
  return sum
}

/** `into *= factor`, and then `into . other`. */
function scaleAndDot(into: Float64Array, factor: number, other: Float64Array): number {
  let sum = 0
  for (let i = 0; i < into.length; i++) {
    const value = into[i] * factor
    into[i] = value
    sum += other[i] * value
  }
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

/** The same for a gradient, which comes in single precision. */
function slopeOf(grad: Float32Array, direction: Float64Array): number {
  let sum = 0
  for (let i = 0; i < grad.length; i++) sum += grad[i] * direction[i]
  return sum
}

function squares(a: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * a[i]
  return sum
}

function maxAbs(a: Float32Array): number {
  let max = 0
  for (let i = 0; i < a.length; i++) max = Math.max(max, Math.abs(a[i]))
  return max
}
