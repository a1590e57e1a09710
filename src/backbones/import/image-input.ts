import { ChiquitoError } from '../../core/index.js'
import { type Dim, type Graph, renameValues, type Value, type ValueType } from '../../onnx/index.js'

import { toLast } from './channels-first.js'

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
  // Files of 2017 to 2019 list weights among the inputs, too.
  const inputs = [...graph.inputs].filter(([name]) => !graph.initializers.has(name))
  const refuse = (what: string) =>
    new ChiquitoError(
      'model',
      `${file} cannot be a backbone: ${what}. Expected one input for photos, float32 [batch, 3, height, width].`,
    )
  if (inputs.length !== 1)
    throw refuse(`it has ${inputs.length} inputs (${inputs.map(([name]) => name).join(', ') || 'none'})`)
  const [[name, type]] = inputs
  const problem = problemOf(type)
  if (problem !== undefined) throw refuse(`its input ${name} is ${showType(type)}${problem}`)
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

function problemOf({ dtype, shape }: ValueType): string | undefined {
  if (dtype === 'uint8') return ': it takes bytes; export the network without its preprocessing'
  if (dtype !== 'float32') return '; export the network in float32'
  if (!shape) return ' of unknown rank'
  if (shape.length === 4 && (shape[1] === 3 || shape[3] === 3)) {
    const [height, width] = shape[1] === 3 ? shape.slice(2) : shape.slice(1)
    const isSquare = typeof height === 'string' || typeof width === 'string' || height === width
    return isSquare ? undefined : ': photos here are square'
  }
  return shape.length === 4 && typeof shape[1] === 'string' ? undefined : ''
}

/** The input becomes `image`; what was called so makes room. */
function imageNames(graph: Graph, input: Value): Map<Value, Value> {
  const isTaken = graph.initializers.has('image') || graph.nodes.some(node => node.outputs.includes('image'))
  return new Map([...(isTaken ? ([['image', 'image_inside']] as const) : []), [input, 'image']])
}

function showType({ dtype, shape }: ValueType): string {
  return shape ? `${dtype} [${shape.join(', ')}]` : dtype
}
