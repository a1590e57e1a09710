import { type Dim, type Graph, renameValues, type Value } from '../../../onnx/index.js'

import { toLast } from '../tidying/index.js'
import { photoInput } from './photo-input.js'

export interface ImageGraph {
  /** With the photo as its only input, `image`; weights are no inputs. */
  readonly graph: Graph
  /** Side in pixels that the file declares, or that of most networks. */
  readonly size: number
  /** Whether the file takes but one number of photos. */
  readonly fixedBatch: number | undefined
  /** Whether the file has its channels last: then its graph begins with a Transpose. */
  readonly isChannelsLast: boolean
}

/** What networks are mostly trained on, where a file takes any size. */
const usualSize = 224

/**
 * Finds the input for photos, float32 [batch, 3, height, width] or [batch, height, width, 3], and calls it `image`, channels first.
 * Throws `model` for other inputs, saying what was expected and how to export.
 */
export function imageGraph(graph: Graph, file: string): ImageGraph {
  const [name, type] = photoInput(graph, file)
  const { shape = [] } = type
  const isChannelsLast = shape[1] !== 3 && shape[3] === 3
  const [batch, , height] = isChannelsLast ? firstDims(shape) : shape
  const only = { ...graph, inputs: new Map([[name, type]]) }
  const named = name === 'image' ? only : renameValues(only, imageNames(only, name))
  return {
    graph: isChannelsLast ? turned(named) : named,
    size: typeof height === 'number' ? height : usualSize,
    fixedBatch: typeof batch === 'number' ? batch : undefined,
    isChannelsLast,
  }
}

const firstDims = (shape: readonly Dim[]): Dim[] => [shape[0], shape[3], shape[1], shape[2]]

/** The graph for photos with channels first: a Transpose makes of them what it took before. */
function turned(graph: Graph): Graph {
  const freed = renameValues(graph, new Map([['image', 'image_channels_last']]))
  const [[last, type]] = freed.inputs
  const perm = { kind: 'ints', value: toLast } as const
  const node = {
    name: last,
    op: 'Transpose',
    domain: '',
    inputs: ['image'],
    outputs: [last],
    attributes: { perm },
  }
  return {
    ...freed,
    inputs: new Map([['image', { ...type, shape: firstDims(type.shape ?? []) }]]),
    nodes: [node, ...freed.nodes],
  }
}

/** The input becomes `image`; what was called so makes room. */
function imageNames(graph: Graph, input: Value): Map<Value, Value> {
  const isTaken = graph.initializers.has('image') || graph.nodes.some(node => node.outputs.includes('image'))
  return new Map([...(isTaken ? ([['image', 'image_inside']] as const) : []), [input, 'image']])
}
