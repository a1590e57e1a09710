import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { range } from '../shapes.js'
import type { Window } from '../window.js'

/** A depthwise convolution over images of two dimensions, with every size known. */
export interface Planes {
  readonly e: Emitter
  /** Along rows, then along columns. */
  readonly windows: readonly [Window, Window]
  /** [batch, channels, height, width] */
  readonly image: readonly number[]
  /** [batch, channels, height, width] */
  readonly result: readonly number[]
}

/**
 * The product below goes over whole rows, of which a filter wants a few columns each. For wider images that costs more
 * than what it saves; with a stride it costs as much per element of the image and saves less.
 */
const [widestRow, widestPair] = [128, 64]

export function suitsBands({ windows, image: [, , , width] }: Planes): boolean {
  return width * windows[1].stride <= widestRow
}

/**
 * d filter of a depthwise convolution as a matrix product: a band of the image's rows, of all that some rows of the
 * result's gradient meet, times these rows, summed over bands and images. Of every column with every other a table then
 * picks those that a tap joins. A convolution with one filter for each channel copies the image once for each tap; this
 * takes a half to a third of the time.
 */
export function bandGradient(planes: Planes, image: Value, grad: Value): Value {
  const { e, windows, image: x, result: y } = planes
  const [batch, channels, , width] = x
  const [rows, columns] = windows
  // Two rows share some of those they meet. With more, or wide ones, most of the product is for nothing.
  const together = y[2] % 2 === 0 && width <= widestPair ? 2 : 1
  const met = metBy(rows, together)
  const bands = y[2] / together
  const turned = e.transpose(image, [1, 0, 2, 3])
  const before = rows.padBefore
  const after = (bands - 1) * together * rows.stride + met[met.length - 1] + 1 - x[2] - before
  const pads = e.ints([0, 0, before, 0, 0, 0, after, 0])
  const padded = before === 0 && after === 0 ? turned : e.builder.op('Pad', [turned, pads])
  const order = range(bands).flatMap(band => met.map(row => band * together * rows.stride + row))
  const gathered = e.builder.op('Gather', [padded, e.ints(order)], { axis: 2 })
  const left = e.reshape(gathered, [channels, batch * bands, met.length * width])
  const right = e.reshape(e.transpose(grad, [1, 0, 2, 3]), [channels, batch * bands, together * y[3]])
  const every = e.matMul(e.transpose(left, [0, 2, 1]), right)
  const pairs = met.length * width * together * y[3]
  const table = e.floats(e.dtype(image), picks(windows, met, together, x, y), [
    pairs,
    rows.kernel * columns.kernel,
  ])
  const taps = e.matMul(e.reshape(every, [channels, pairs]), table)
  return e.reshape(taps, [channels, 1, rows.kernel, columns.kernel])
}

/** The rows of the padded image, from the first on, that so many rows of the result meet. */
function metBy({ kernel, stride, dilation }: Window, together: number): number[] {
  const met = range(together).flatMap(row => range(kernel).map(tap => row * stride + tap * dilation))
  return [...new Set(met)].sort((a, b) => a - b)
}

/** [rows met, columns of the image, rows, columns of the result, taps]: 1 where the tap joins the two. */
function picks(
  [rows, columns]: Planes['windows'],
  met: readonly number[],
  together: number,
  [, , , width]: readonly number[],
  [, , , results]: readonly number[],
): number[] {
  const taps = rows.kernel * columns.kernel
  const table = new Array<number>(met.length * width * together * results * taps).fill(0)
  for (const row of range(together))
    for (const u of range(rows.kernel)) {
      const from = met.indexOf(row * rows.stride + u * rows.dilation)
      for (const column of range(results))
        for (const v of range(columns.kernel)) {
          const at = column * columns.stride + v * columns.dilation - columns.padBefore
          if (at < 0 || at >= width) continue
          const pair = ((from * width + at) * together + row) * results + column
          table[pair * taps + u * columns.kernel + v] = 1
        }
    }
  return table
}

/** Images whose gradient is made by bands, where the convolution has a stride. */
const widestStrided = 64

export function suitsStridedBands({ windows: [rows, columns], image: [, , , width] }: Planes): boolean {
  return rows.stride * columns.stride > 1 && width <= widestStrided
}

/**
 * d image of a depthwise convolution with a stride as a matrix product: a band of rows of the result's gradient times
 * the filter, spread out by a table to what it does between these and as many rows of the image as the stride.
 */
export function bandImageGradient(planes: Planes, grad: Value, filter: Value): Value {
  const { e, windows, image: x, result: y } = planes
  const [rows, columns] = windows
  const [batch, channels, height, width] = x
  const { stride } = rows
  const met = metBack(rows)
  const bands = Math.ceil(height / stride)
  const before = Math.max(0, -met[0])
  const after = bands + met[met.length - 1] - y[2]
  const pads = e.ints([0, 0, before, 0, 0, 0, Math.max(0, after), 0])
  const padded = before === 0 && after <= 0 ? grad : e.builder.op('Pad', [grad, pads])
  const order = range(bands).flatMap(band => met.map(row => band + row + before))
  const gathered = e.builder.op('Gather', [padded, e.ints(order)], { axis: 2 })
  const left = e.reshape(gathered, [batch, channels, bands, met.length * y[3]])
  const taps = rows.kernel * columns.kernel
  const pairs = met.length * y[3] * stride * width
  const table = e.floats(e.dtype(filter), spreads(windows, met, x, y), [taps, pairs])
  const spread = e.matMul(e.reshape(filter, [channels, taps]), table)
  const right = e.reshape(spread, [channels, met.length * y[3], stride * width])
  const whole = e.reshape(e.matMul(left, right), [batch, channels, bands * stride, width])
  return bands * stride === height ? whole : e.slice(whole, 2, 0, height)
}

/** The rows of the result, counted from the first band's number, that a band of as many rows as the stride meets. */
function metBack({ kernel, stride, dilation, padBefore }: Window): number[] {
  const met = range(stride).flatMap(row =>
    range(kernel)
      .map(tap => (row + padBefore - tap * dilation) / stride)
      .filter(Number.isInteger),
  )
  return [...new Set(met)].sort((a, b) => a - b)
}

/** [taps, rows met, columns of the result, rows, columns of the image]: 1 where the tap joins the two. */
function spreads(
  [rows, columns]: Planes['windows'],
  met: readonly number[],
  [, , , width]: readonly number[],
  [, , , results]: readonly number[],
): number[] {
  const pairs = met.length * results * rows.stride * width
  const table = new Array<number>(rows.kernel * columns.kernel * pairs).fill(0)
  for (const row of range(rows.stride))
    for (const u of range(rows.kernel)) {
      const from = met.indexOf((row + rows.padBefore - u * rows.dilation) / rows.stride)
      if (from < 0) continue
      for (const column of range(results))
        for (const v of range(columns.kernel)) {
          const at = column * columns.stride + v * columns.dilation - columns.padBefore
          if (at < 0 || at >= width) continue
          const pair = ((from * results + column) * rows.stride + row) * width + at
          table[(u * columns.kernel + v) * pairs + pair] = 1
        }
    }
  return table
}
