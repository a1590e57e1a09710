import { argumentError } from '../core/index.js'
import { type Graph, GraphBuilder, type Value } from '../onnx/index.js'
import type { NetworkOptions } from './backbone.js'

/** Networks divide the side by 32; below this the last maps would be a single point or none. */
const MIN_SIZE = 32
/** Photos larger than this bring no more detail than the networks were trained on, and much memory. */
const MAX_SIZE = 2048

/** @throws ChiquitoError `usage` for a side of photos that networks are not made for. */
export function checkSize(size: number): void {
  if (!Number.isInteger(size) || size < MIN_SIZE || size > MAX_SIZE)
    throw argumentError('size', `a whole number of pixels from ${MIN_SIZE} to ${MAX_SIZE}`, size)
}

/**
 * A network to be trained as a graph of its own: input `image` float32 [batch, 3, size, size], and an output for each
 * layer that `add` returns.
 */
export function networkGraph(
  name: string,
  { size, batch, layers = [] }: NetworkOptions,
  add: (builder: GraphBuilder, image: Value) => Map<string, Value>,
): Graph {
  checkSize(size)
  if (typeof batch === 'number' && (!Number.isInteger(batch) || batch < 1))
    throw argumentError('batch', 'a whole number from 1', batch)
  const builder = new GraphBuilder(name)
  const maps = add(builder, builder.input('image', 'float32', [batch, 3, size, size]))
  const unknown = layers.find(layer => !maps.has(layer))
  if (unknown !== undefined) throw argumentError('layers', `layers of ${name}`, unknown)
  for (const [layer, map] of maps) builder.output(map, layer)
  return builder.build()
}
