import fc from 'fast-check'
import { checkGradients, type Gradients } from '../../src/autodiff/index.js'
import { type DType, RandomStream, sizeOf, type Tensor } from '../../src/core/index.js'
import { type Dim, GraphBuilder, type Value } from '../../src/onnx/index.js'
import { evaluateGraph } from './evaluate-graph.js'

/** Where an input's values are drawn: anywhere, above zero, or on a grid that keeps away from kinks and ties. */
export type Domain = 'normal' | 'positive' | 'spaced'

export interface CaseInput {
  readonly shape: readonly number[]
  readonly domain?: Domain | undefined
}

/** A small graph whose gradients are checked for all of its inputs. */
export interface GradientCase {
  readonly inputs: readonly CaseInput[]
  readonly build: (b: GraphBuilder, x: readonly Value[]) => Value | readonly Value[]
  /** The runtime computes some operators in float32 only. */
  readonly dtype?: 'float32' | 'float64' | undefined
  /** Inputs whose first dimension may be a name instead of a number. */
  readonly namedBatch?: boolean | undefined
}

export interface CaseOptions {
  /** Gives first dimensions names, so that the graph is differentiated without knowing them. */
  readonly named?: boolean | undefined
  readonly seed?: number | undefined
  readonly tolerance?: number | undefined
  /** Another gradient table, to be found wrong. */
  readonly rules?: Gradients | undefined
}

/** Checks a case by finite differences at a random point. */
export async function checkCase(given: GradientCase, options: CaseOptions = {}): Promise<void> {
  const { dtype = 'float64' } = given
  const random = RandomStream.fromSeed(options.seed ?? 1)
  const builder = new GraphBuilder('case')
  const names = given.inputs.map(({ shape }, i) =>
    builder.input(`x${i}`, dtype, options.named && given.namedBatch ? withName(given, i) : shape),
  )
  const outputs = [given.build(builder, names)].flat()
  for (const [i, output] of outputs.entries()) builder.output(output, `y${i}`)
  const feeds = given.inputs.map((input, i) => [names[i], draw(input, dtype, random.fork(i))] as const)
  await checkGradients({
    graph: builder.build(),
    feeds: Object.fromEntries(feeds),
    evaluate: evaluateGraph,
    random: random.fork('directions'),
    rules: options.rules,
    tolerance: options.tolerance ?? (dtype === 'float64' ? 1e-6 : 1e-2),
  })
}

/** Checks a case on many random shapes and points; the same ones every time. */
export async function checkMany(
  cases: fc.Arbitrary<GradientCase>,
  options: { runs?: number; tolerance?: number } = {},
): Promise<void> {
  const property = fc.asyncProperty(cases, fc.nat(1_000_000), fc.boolean(), (given, seed, named) =>
    checkCase(given, { named, seed, tolerance: options.tolerance }),
  )
  await fc.assert(property, { numRuns: options.runs ?? 12, seed: 20240501, endOnFailure: true })
}

/** The first input's first size gets a name, and so do its equals in other inputs, which it broadcasts with. */
function withName(given: GradientCase, input: number): readonly Dim[] {
  const { shape } = given.inputs[input]
  const batch = given.inputs.find(other => other.shape.length > 0)?.shape[0]
  if (batch === 1) return shape
  return shape.map((size, axis) =>
    size === batch && (axis === 0 || given.inputs.length > 1) ? 'batch' : size,
  )
}

function draw({ shape, domain = 'normal' }: CaseInput, dtype: DType, random: RandomStream): Tensor {
  const size = sizeOf(shape)
  const grid = random.permutation(size)
  const values = Array.from({ length: size }, (_, i) => {
    if (domain === 'positive') return random.uniform(0.5, 2)
    return domain === 'spaced' ? (grid[i] - Math.floor(size / 2)) * 0.1 + 0.05 : random.normal()
  })
  return dtype === 'float64'
    ? { dtype, shape, data: Float64Array.from(values) }
    : { dtype: 'float32', shape, data: Float32Array.from(values) }
}

/** A shape of the ranks given, with sizes from 1 to 4. */
export function shapes(minRank: number, maxRank: number, maxSize = 4): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: maxSize }), { minLength: minRank, maxLength: maxRank })
}

/** Shapes that broadcast together: parts of one shape with leading dimensions dropped and others set to 1. */
export function broadcastable(count: number, maxRank = 3): fc.Arbitrary<number[][]> {
  return shapes(0, maxRank).chain(full =>
    fc.array(
      fc
        .tuple(
          fc.nat(full.length),
          fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }),
        )
        .map(([drop, ones]) => full.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop)),
      { minLength: count, maxLength: count },
    ),
  )
}

/** An axis of a rank, counted from either end. */
export function axes(rank: number): fc.Arbitrary<number> {
  return fc.integer({ min: -rank, max: rank - 1 })
}
