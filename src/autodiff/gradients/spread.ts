import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { range } from '../shapes.js'

/** The gradient of what a slice left out is zero: puts the sliced elements back among zeros. */
export function spreadSlice(
  e: Emitter,
  grad: Value,
  axis: number,
  size: number,
  start: number,
  end: number,
  step: number,
): Value {
  return spread(e, grad, axis, size, slicedPositions(size, start, end, step))
}

/**
 * Element i along the axis goes to `positions[i]` (all different) of an axis of the size given, zeros elsewhere:
 * by Pad for neighbours in order, else by one Gather that reads a zero for every gap.
 */
export function spread(
  e: Emitter,
  grad: Value,
  axis: number,
  size: number,
  positions: readonly number[],
): Value {
  const first = positions[0] ?? 0
  if (positions.every((position, i) => position === first + i))
    return padAxis(e, grad, axis, first, size - first - positions.length)
  const sources = Array.from({ length: size }, () => positions.length)
  for (const [from, to] of positions.entries()) sources[to] = from
  return e.builder.op('Gather', [padAxis(e, grad, axis, 0, 1), e.ints(sources)], { axis })
}

function padAxis(e: Emitter, value: Value, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return value
  const rank = e.rank(value)
  const pads = Array.from({ length: 2 * rank }, () => 0)
  pads[axis] = before
  pads[axis + rank] = after
  return e.builder.op('Pad', [value, e.ints(pads)])
}

/**
 * The positions that Slice takes. Bounds count from the end when negative and are clamped to what a step can reach;
 * unlike numpy, going backwards from before the start begins at element 0.
 */
function slicedPositions(size: number, start: number, end: number, step: number): number[] {
  const clamp = (bound: number, low: number, high: number) =>
    Math.min(Math.max(bound < 0 ? bound + size : bound, low), high)
  const from = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1)
  const to = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1)
  return range(Math.max(0, Math.ceil((to - from) / step))).map(i => from + i * step)
}
