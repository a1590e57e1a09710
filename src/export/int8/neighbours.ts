import { breather, type Tensor, toSteps } from '../../core/index.js'
import type { Graph, Node, Value } from '../../onnx/index.js'

/** Where a graph keeps the photos that a new one is compared with (`known`). */
export interface Neighbours {
  /** Rows in 8 bits, `[photos, features]`, and what each is multiplied by. */
  readonly rows: Tensor<'int8'>
  readonly scales: Tensor<'float32'>
  /** What they are compared with: a photo's features, as such rows are made of them. */
  readonly compared: Value
  /** What else of a photo `known` is made of, beside its probabilities. */
  readonly others: readonly Value[]
}

const rowsName = 'known.photos'
/** What features are multiplied by to tell photos of other things. */
const backgroundName = 'known.background.weight'
/** What products with the rows are multiplied by. */
export const scalesName = 'known.scales'

/** Undefined for a graph that remembers no photos. */
export function neighboursOf(graph: Graph): Neighbours | undefined {
  const rows = graph.initializers.get(rowsName)
  const scales = graph.initializers.get(scalesName)
  if (rows?.dtype !== 'int8' || scales?.dtype !== 'float32' || rows.shape.length !== 2) return undefined
  const readers = (value: Value) => graph.nodes.filter(({ inputs }) => inputs.includes(value))
  const [widened] = readers(rowsName)
  const [product] = widened ? readers(widened.outputs[0]) : []
  if (!product || !isProduct(product)) return undefined
  const others = readers(backgroundName).map(({ inputs }) => inputs[0])
  return { rows, scales, compared: product.inputs[0], others }
}

function isProduct({ op, domain }: Node): boolean {
  return domain === '' && (op === 'Gemm' || op === 'MatMul')
}

/** A photo as it is compared: by the network given, and by the one in 8 bits. */
export interface ComparedPhoto {
  readonly given: Float32Array
  readonly rounded: Float32Array
}

/** A graph whose remembered photos are seen anew. */
export interface Renewed {
  readonly graph: Graph
  /** Of how many rows, and of how many there are. */
  readonly renewed: number
  readonly of: number
  /** The row of each photo that has one, by the photo's number. */
  readonly rowOf: ReadonlyMap<number, number>
}

/** Cosine from which on a row is of a photo: rounding it to 8 bits leaves 0.9998. */
const leastAlike = 0.998

/**
 * The remembered photos as the network in 8 bits sees them: each row is found among photos learnt from by what the given network sees.
 */
export async function renewNeighbours(
  graph: Graph,
  { rows, scales }: Neighbours,
  photos: readonly ComparedPhoto[],
  signal?: AbortSignal | undefined,
): Promise<Renewed> {
  const breathe = breather(signal)
  const [count, width] = rows.shape
  const data = rows.data.slice()
  const factors = scales.data.slice()
  const units = photos.map(({ given }) => unit(given))
  const rowOf = new Map<number, number>()
  let renewed = 0
  for (let i = 0; i < count; i++) {
    await breathe()
    const row = Float32Array.from(rows.data.subarray(i * width, (i + 1) * width))
    const own = unit(row)
    const found = nearest(own.values, units)
    if (found === undefined || found.cosine < leastAlike) continue
    renewed++
    rowOf.set(found.index, i)
    const { rounded } = photos[found.index]
    // Rows are as long as they were made: by the number of blocks of features.
    const factor = (own.length * scales.data[i]) / units[found.index].length
    const step = toSteps(rounded, data.subarray(i * width, (i + 1) * width))
    if (step > 0) factors[i] = step * factor
  }
  const initializers = new Map(graph.initializers)
    .set(rowsName, { ...rows, data })
    .set(scalesName, { ...scales, data: factors })
  return { graph: { ...graph, initializers }, renewed, of: count, rowOf }
}

function unit(values: Float32Array): { readonly values: Float32Array; readonly length: number } {
  let squares = 0
  for (let j = 0; j < values.length; j++) squares += values[j] * values[j]
  const length = Math.sqrt(squares)
  return { values: values.map(value => (length > 0 ? value / length : 0)), length }
}

function nearest(
  row: Float32Array,
  units: readonly { readonly values: Float32Array }[],
): { readonly index: number; readonly cosine: number } | undefined {
  let best: { index: number; cosine: number } | undefined
  for (const [index, { values }] of units.entries()) {
    let cosine = 0
    for (let j = 0; j < row.length; j++) cosine += row[j] * values[j]
    if (best === undefined || cosine > best.cosine) best = { index, cosine }
  }
  return best
}
