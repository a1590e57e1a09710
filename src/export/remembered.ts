import { breather, float32, fromHalf, int64, type Tensor, toHalf } from '../core/index.js'
import { freshName, type Graph, type Node, namesIn, type Value } from '../onnx/index.js'

/** Initializer of the remembered photos: int8 [photos, compared columns]. */
const rowsName = 'known.photos'
/** What products with them are multiplied by: float32 [1, photos]. */
const scalesName = 'known.scales'

/** How many numbers the columns are made of, and how many of them a byte holds (`levels ** digits <= 256`): the smallest first. */
const codes = [
  { levels: 6, digits: 3 },
  { levels: 16, digits: 2 },
] as const

type Code = (typeof codes)[number]

/** Smaller ones are not worth the nodes that spread them out again. */
const leastBytes = 16_384

/**
 * The graph with its remembered photos in six levels between each column's ends, three to a byte: 3/8 of what they have in 8 bits.
 * The levels are those of the smallest square error (Lloyd 1982, "Least squares quantization in PCM"). Scales make up for it, so that a photo is as
 * like itself as before. Runtimes spread them out when they load the file. Where photos lie so near to each other that this would move them
 * about, it is 16 levels, or they stay as they are (docs/decisions/0076-eight-bits.md).
 */
export async function withFewLevels(graph: Graph, signal?: AbortSignal | undefined): Promise<Graph> {
  const rows = graph.initializers.get(rowsName)
  const scales = graph.initializers.get(scalesName)
  const widening = graph.nodes.find(({ op, inputs }) => op === 'Cast' && inputs[0] === rowsName)
  if (rows?.dtype !== 'int8' || scales?.dtype !== 'float32' || rows.shape.length !== 2 || !widening)
    return graph
  if (rows.data.length < leastBytes) return graph
  const [photos, width] = rows.shape
  const whole = Float32Array.from(rows.data)
  for (let i = 0; i < photos; i++) for (let j = 0; j < width; j++) whole[i * width + j] *= scales.data[i]
  const breathe = breather(signal)
  for (const code of codes) {
    const small = await packed(whole, width, code, breathe)
    if (await isAsNear(whole, small.spread, width, breathe)) return withPacked(graph, small, widening)
  }
  return graph
}

function withPacked(
  graph: Graph,
  { bytes, codebook, lows, reaches, factors, width }: Packed,
  widening: Node,
): Graph {
  const photos = factors.length
  const names = namesIn(graph)
  const initializers = new Map(graph.initializers)
  const nodes: Node[] = []
  const fresh = (wanted: string) => freshName(`known.photos.${wanted}`, names)
  const constant = (wanted: string, tensor: Tensor): Value => {
    const name = fresh(wanted)
    initializers.set(name, tensor)
    return name
  }
  const op = (op: string, inputs: readonly Value[], attributes: Node['attributes'] = {}, output?: Value) => {
    const name = output ?? fresh(op)
    nodes.push({ name, op, domain: '', inputs, outputs: [name], attributes })
    return name
  }
  const ints = (wanted: string, ...values: number[]) => constant(wanted, int64(values))
  initializers.set(rowsName, { dtype: 'uint8', shape: [photos, bytes.length / photos], data: bytes })
  initializers.set(scalesName, float32(factors, [1, photos]))
  const numbers = op('Cast', [rowsName], { to: { kind: 'int', value: 6 } })
  const spread = op('Gather', [constant('levels', codebook), numbers], { axis: { kind: 'int', value: 0 } })
  const flat = op('Reshape', [spread, ints('shape', photos, -1)])
  const cut = op('Slice', [flat, ints('from', 0), ints('to', width), ints('axis', 1)])
  const column = (wanted: string, data: Uint16Array<ArrayBuffer>) =>
    op('Cast', [constant(wanted, { dtype: 'float16', shape: [1, width], data })], {
      to: { kind: 'int', value: 1 },
    })
  op('Add', [op('Mul', [cut, column('reach', reaches)]), column('low', lows)], {}, widening.outputs[0])
  const others = graph.nodes.flatMap(node => (node === widening ? nodes : [node]))
  return { ...graph, initializers, nodes: others, types: new Map() }
}

interface Packed {
  readonly width: number
  /** [photos, width / digits, rounded up] */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The numbers that a byte stands for: [levels ** digits, digits]. */
  readonly codebook: Tensor<'float32'>
  /** Where each column begins and how far it reaches from there, in 16 bits. */
  readonly lows: Uint16Array<ArrayBuffer>
  readonly reaches: Uint16Array<ArrayBuffer>
  /** By which each row has to be multiplied. */
  readonly factors: Float32Array
  /** The rows that come of all this. */
  readonly spread: Float32Array
}

async function packed(
  rows: Float32Array,
  width: number,
  code: Code,
  breathe: () => Promise<void>,
): Promise<Packed> {
  const photos = rows.length / width
  const { lows, reaches } = columnsOf(rows, width)
  const [low, reach] = [lows, reaches].map(halves => Float32Array.from(halves, fromHalf))
  const parts = rows.map((value, at) => {
    const j = at % width
    return reach[j] > 0 ? Math.min(1, Math.max(0, (value - low[j]) / reach[j])) : 0
  })
  const book = bestLevels(parts, reach, code)
  const stride = Math.ceil(width / code.digits)
  const bytes = new Uint8Array(photos * stride)
  const factors = new Float32Array(photos)
  const spread = new Float32Array(rows.length)
  for (let i = 0; i < photos; i++) {
    await breathe()
    let squares = 0
    let products = 0
    for (let j = 0; j < width; j++) {
      const at = i * width + j
      const level = nearest(book, parts[at])
      spread[at] = low[j] + book[level] * reach[j]
      squares += rows[at] * rows[at]
      products += rows[at] * spread[at]
      bytes[i * stride + Math.floor(j / code.digits)] += level * code.levels ** (j % code.digits)
    }
    factors[i] = products > 0 ? squares / products : 0
    for (let at = i * width; at < (i + 1) * width; at++) spread[at] *= factors[i]
  }
  return { width, bytes, codebook: tableOf(book, code), lows, reaches, factors, spread }
}

function columnsOf(rows: Float32Array, width: number) {
  const lows = new Uint16Array(width)
  const reaches = new Uint16Array(width)
  for (let j = 0; j < width; j++) {
    let [low, high] = [rows[j], rows[j]]
    for (let at = j; at < rows.length; at += width) {
      low = Math.min(low, rows[at])
      high = Math.max(high, rows[at])
    }
    lows[j] = toHalf(low)
    reaches[j] = toHalf(high - fromHalf(lows[j]))
  }
  return { lows, reaches }
}

/** Photos that are compared with all others, and how many of the nearest count. */
const asked = 48
const counted = 3

/** How far nearness may move, as a part of its own deviation between photos. */
const mostMoved = 0.15

/** Whether remembered photos are as near to each other as before. */
async function isAsNear(
  before: Float32Array,
  after: Float32Array,
  width: number,
  breathe: () => Promise<void>,
): Promise<boolean> {
  const photos = before.length / width
  const step = Math.max(1, Math.floor(photos / asked))
  const nears: number[] = []
  let moved = 0
  for (let i = 0; i < photos; i += step) {
    await breathe()
    const row = before.subarray(i * width, (i + 1) * width)
    const [near, now] = [before, after].map(rows => nearness(row, rows, i))
    nears.push(near)
    moved += (now - near) ** 2
  }
  const mean = nears.reduce((sum, one) => sum + one, 0) / nears.length
  const apart = nears.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return moved <= mostMoved ** 2 * apart
}

/** Mean of the largest products of a row with others than itself. */
function nearness(row: Float32Array, rows: Float32Array, own: number): number {
  const products: number[] = []
  for (let i = 0; i * row.length < rows.length; i++) {
    if (i === own) continue
    let product = 0
    for (let j = 0; j < row.length; j++) product += row[j] * rows[i * row.length + j]
    products.push(product)
  }
  const nearest = products.sort((a, b) => b - a).slice(0, counted)
  return nearest.reduce((sum, one) => sum + one, 0) / nearest.length
}

function tableOf(book: Float32Array, { levels, digits }: Code): Tensor<'float32'> {
  const count = levels ** digits
  const table = new Float32Array(count * digits)
  for (let byte = 0; byte < count; byte++)
    for (let digit = 0; digit < digits; digit++)
      table[byte * digits + digit] = book[Math.floor(byte / levels ** digit) % levels]
  return float32(table, [count, digits])
}

function nearest(book: Float32Array, value: number): number {
  let best = 0
  for (let k = 1; k < book.length; k++) if (Math.abs(book[k] - value) < Math.abs(book[best] - value)) best = k
  return best
}

const bins = 2048
const rounds = 60

/** The levels from 0 to 1 with the smallest square error, errors counted by the reach of their columns. */
function bestLevels(parts: Float32Array, reach: Float32Array, { levels }: Code): Float32Array {
  const weights = new Float64Array(bins)
  const sums = new Float64Array(bins)
  for (let at = 0; at < parts.length; at++) {
    const weight = reach[at % reach.length] ** 2
    const bin = Math.min(bins - 1, Math.floor(parts[at] * bins))
    weights[bin] += weight
    sums[bin] += weight * parts[at]
  }
  const book = Float32Array.from({ length: levels }, (_, k) => k / (levels - 1))
  for (let round = 0; round < rounds; round++) {
    const [weight, sum] = [new Float64Array(levels), new Float64Array(levels)]
    for (let bin = 0; bin < bins; bin++) {
      if (weights[bin] === 0) continue
      const level = nearest(book, sums[bin] / weights[bin])
      weight[level] += weights[bin]
      sum[level] += sums[bin]
    }
    for (let k = 0; k < levels; k++) if (weight[k] > 0) book[k] = sum[k] / weight[k]
  }
  return book
}
