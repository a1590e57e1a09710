import type { Node, Value } from '../../../onnx/index.js'
import type { BackboneLayer } from '../../backbone.js'
import { dominatorsOf, type GraphView, opOf } from '../view/index.js'
import { poolingOf } from './pooling.js'

/** A layer, and the value of the graph that it is. */
export interface ImportedLayer extends BackboneLayer {
  readonly value: Value
}

/**
 * Where features can be taken: the last map of every size, from the input on, named by its stride (`stride8`); then the
 * vector that the classifier reads, `vector`, unless that is only the last map pooled. Then that map is the last layer,
 * so smaller ones before it (MobileViTV2 makes its maps even) are none.
 *
 * @param features what the classifier reads, or the network's output.
 * @param size side of the photos that the shapes of the view are for.
 */
export function layersOf(view: GraphView, features: Value, size: number): ImportedLayer[] {
  const { map, isPooledMap } = poolingOf(view, features)
  const layers = map === undefined ? [] : mapsUpTo(view, map, size)
  const end = layers.findIndex(({ value }) => value === map)
  if (isPooledMap && end >= 0) return layers.slice(0, end + 1)
  const channels = (view.shape(features) ?? []).slice(1).reduce<number>((n, dim) => n * Number(dim), 1)
  return [...layers, { name: 'vector', channels, value: features }]
}

function mapsUpTo(view: GraphView, last: Value, size: number): ImportedLayer[] {
  const maps = mapsOf(view)
  const byStride = new Map<number, ImportedLayer & { stride: number }>()
  for (const value of dominatorsOf(view, last)) {
    if (value !== last && !maps.has(value)) continue
    const [, channels, height, width] = view.shape(value) ?? []
    if (typeof channels !== 'number' || typeof height !== 'number' || height !== width) continue
    // A border that is added for the next layer makes no map of its own.
    if (value !== last && view.producer(value)?.op === 'Pad') continue
    const stride = strideOf(size, height)
    if (stride > 1) byStride.set(stride, { name: `stride${stride}`, channels, stride, value })
  }
  return [...byStride.values()].sort((a, b) => a.stride - b.stride)
}

/** Networks halve the map, rounding up where it is odd; what else they do is told as it comes out. */
function strideOf(size: number, height: number): number {
  const halvings = Array.from({ length: Math.floor(Math.log2(size)) }, (_, i) => 2 ** (i + 1))
  return halvings.find(stride => Math.ceil(size / stride) === height) ?? Math.round(size / height)
}

/** These have and give maps [batch, channels, height, width], by definition. */
const mapOperators: ReadonlySet<string> = new Set([
  ...['Conv', 'ConvTranspose', 'BatchNormalization', 'InstanceNormalization', 'GroupNormalization'],
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LRN'],
])

/** Values of rank 4 that are maps, not tokens in rows or channels last: known by what computes or reads them. */
function mapsOf(view: GraphView): Set<Value> {
  const maps = new Set<Value>()
  const add = (value: Value) => view.shape(value)?.length === 4 && maps.add(value)
  for (const node of view.graph.nodes) {
    if (mapOperators.has(opOf(node))) {
      add(node.inputs[0])
      add(node.outputs[0])
    } else if (keepsMap(view, node, maps)) add(node.outputs[0])
  }
  return maps
}

/** Whether a node works on a map point by point, or joins maps. */
function keepsMap(view: GraphView, node: Node, maps: ReadonlySet<Value>): boolean {
  const op = opOf(node)
  if (op === 'Transpose' || op === 'Reshape') return false
  if (op === 'Concat') return node.inputs.every(input => maps.has(input))
  const shape = view.shape(node.outputs[0])?.join()
  return node.inputs.some(input => maps.has(input) && view.shape(input)?.join() === shape)
}
