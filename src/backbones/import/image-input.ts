import { ChiquitoError } from '../../core/index.js'
import { type Graph, renameValues, type Value, type ValueType } from '../../onnx/index.js'

export interface ImageGraph {
  /** With the photo as its only input, `image`; weights are no inputs. */
  readonly graph: Graph
  /** Side in pixels that the file declares, or that of most networks. */
  readonly size: number
  /** Whether the file takes but one number of photos. */
  readonly fixedBatch: number | undefined
}

/** What networks are mostly trained on, where a file takes any size. */
const usualSize = 224

/**
 * Finds the input for photos, float32 [batch, 3, height, width], and calls it `image`.
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
  const [batch, , height] = type.shape ?? []
  const only = { ...graph, inputs: new Map([[name, type]]) }
  return {
    graph: name === 'image' ? only : renameValues(only, imageNames(only, name)),
    size: typeof height === 'number' ? height : usualSize,
    fixedBatch: typeof batch === 'number' ? batch : undefined,
  }
}

function problemOf({ dtype, shape }: ValueType): string | undefined {
  if (dtype === 'uint8') return ': it takes bytes; export the network without its preprocessing'
  if (dtype !== 'float32') return '; export the network in float32'
  if (!shape) return ' of unknown rank'
  if (shape.length === 4 && shape[1] === 3) {
    const [height, width] = shape.slice(2)
    const isSquare = typeof height === 'string' || typeof width === 'string' || height === width
    return isSquare ? undefined : ': photos here are square'
  }
  if (shape.length === 4 && shape[3] === 3)
    return ': channels come last; convert it to channels first, such as with tf2onnx --inputs-as-nchw'
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
