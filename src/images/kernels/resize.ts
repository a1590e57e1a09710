import type { Pixels, Taps } from '../pixels.js'
import { kernels } from './program.js'

/** Most bytes of input, and of output, that lie in the kernels' memory at one time: so few stay near the processor. */
const BAND = 512 * 1024

/** Most input of one row of the output; where a photo is squeezed into a line it may take more, and the plain loops do it. */
const MOST = 4 * 1024 * 1024

/** Bytes of a pixel; of a pixel between the passes; and of a table's entry: where the inputs of an output begin, and its pairs. */
const PIXEL = 3
const BETWEEN = 6
const ENTRY = 8

/** The range of inputs that taps read. */
export function usedInputs({ first, count }: Taps): { readonly from: number; readonly to: number } {
  const last = first.length - 1
  return { from: first[0], to: first[last] + count[last] }
}

/** Both passes of resizing: bytes [rows, columns, 3], those of the plain loops. Undefined where the kernels cannot be used. */
export function blendByKernels(source: Pixels, columns: Taps, rows: Taps): Uint8Array | undefined {
  const program = kernels()
  const { from, to } = usedInputs(columns)
  const stride = (to - from) * PIXEL
  const line = columns.first.length * PIXEL
  const bands = bandsOf(rows, stride, line)
  const [most, tallest] = bands.reduce(
    ([inputs, outputs], band) => [Math.max(inputs, band.end - band.first), Math.max(outputs, band.count)],
    [0, 0],
  )
  if (!program || most * stride > MOST) return undefined
  const places = new Places()
  const [columnTable, rowTable] = [columns, rows].map(({ first }) => places.take(first.length * ENTRY))
  const [columnWeights, rowWeights] = [columns, rows].map(taps => places.take(pairsOf(taps) * 4))
  const row = places.take((to - from) * BETWEEN)
  // A last row without a partner is paired with what follows it, by a weight of 0.
  const input = places.take((most + 1) * stride)
  const output = places.take(tallest * line)
  const memory = program.bytes(places.end)
  const numbers = new Int32Array(memory.buffer)
  writeTaps(numbers, columns, columnTable, columnWeights, from, BETWEEN)
  const weightsOf = writeTaps(numbers, rows, rowTable, rowWeights, 0, 1)
  const data = new Uint8Array(rows.first.length * line)
  for (const { begin, count, first, end } of bands) {
    copyRows(memory, input, source, from, stride, first, end)
    program.resize(
      ...([input, first, stride, rowTable + begin * ENTRY, weightsOf[begin], count] as const),
      ...([columnTable, columnWeights, columns.first.length, row, output] as const),
    )
    data.set(memory.subarray(output, output + count * line), begin * line)
  }
  return data
}

/** Rows of the output that are made together, from `begin`; their inputs are rows `first` to `end`. */
interface Band {
  readonly begin: number
  readonly count: number
  readonly first: number
  readonly end: number
}

function bandsOf({ first, count }: Taps, stride: number, line: number): Band[] {
  const bands: Band[] = []
  for (let begin = 0; begin < first.length; ) {
    let to = begin + 1
    let end = first[begin] + count[begin]
    while (to < first.length && (to + 1 - begin) * line <= BAND) {
      const next = Math.max(end, first[to] + count[to])
      if ((next - first[begin]) * stride > BAND) break
      end = next
      to++
    }
    bands.push({ begin, count: to - begin, first: first[begin], end })
    begin = to
  }
  return bands
}

/** Places in memory one after the other, so far apart that a load may reach beyond the end of what it is for. */
class Places {
  end = 0

  take(bytes: number): number {
    const place = this.end
    this.end += (bytes + 47) & ~15
    return place
  }
}

function pairsOf({ count }: Taps): number {
  let pairs = 0
  for (let i = 0; i < count.length; i++) pairs += (count[i] + 1) >> 1
  return pairs
}

/** Writes the table of outputs and their weights in pairs; gives where the weights of each output are. */
function writeTaps(
  numbers: Int32Array,
  { first, count, at, weights }: Taps,
  table: number,
  pairs: number,
  from: number,
  unit: number,
): Int32Array {
  const places = new Int32Array(first.length)
  let entry = table / 4
  let next = pairs / 4
  for (let i = 0; i < first.length; i++) {
    places[i] = next * 4
    numbers[entry++] = (first[i] - from) * unit
    numbers[entry++] = (count[i] + 1) >> 1
    for (let k = at[i], end = at[i] + count[i]; k < end; k += 2)
      numbers[next++] = weights[k] | (k + 1 < end ? weights[k + 1] << 16 : 0)
  }
  return places
}

/** The used part of rows `first` to `end`, one after the other. */
function copyRows(
  memory: Uint8Array,
  at: number,
  { width, data }: Pixels,
  from: number,
  stride: number,
  first: number,
  end: number,
): void {
  const whole = width * PIXEL
  const isWhole = stride === whole
  if (isWhole) memory.set(data.subarray(first * whole, end * whole), at)
  for (let y = first; y < end && !isWhole; y++) {
    const start = y * whole + from * PIXEL
    memory.set(data.subarray(start, start + stride), at + (y - first) * stride)
  }
}
