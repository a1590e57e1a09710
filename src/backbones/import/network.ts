import { argumentError, ChiquitoError, messageOf } from '../../core/index.js'
import {
  bindDims,
  type Dim,
  foldConstants,
  type Graph,
  type GraphBuilder,
  pruneUnused,
  type Value,
} from '../../onnx/index.js'
import type { ImportedLayer } from './layers/index.js'

/** What a file declares of its photos. */
export interface Declared {
  /** Side in pixels. */
  readonly size: number
  /** Photos at a time, where the file takes but one number of them. */
  readonly fixedBatch: number | undefined
}

/** The call of PyTorch's exporter whose file takes any number of photos. */
export function howToOpen({ size }: Declared): string {
  return `Export it for any number: torch.onnx.export(net, (torch.randn(2, 3, ${size}, ${size}),), "net.onnx", dynamo=True, external_data=False, dynamic_shapes=({0: torch.export.Dim.DYNAMIC},)).`
}

/** A batch that shapes are tried with: several photos, another number than declared, so that what is fixed shows. */
export function trialBatch({ fixedBatch }: Declared): number {
  return fixedBatch === 2 ? 3 : 2
}

/**
 * The graph for photos of given dimensions, with sizes worked out: as far as the values wanted need it, which become its
 * outputs.
 * @throws ChiquitoError `model` where the network cannot take them, saying what it was exported for.
 */
export function bound(
  graph: Graph,
  file: string,
  wanted: readonly Value[],
  image: readonly Dim[],
  declared: Declared,
): Graph {
  const { size, fixedBatch } = declared
  const outputs = new Map(wanted.map(value => [value, { dtype: 'float32' as const }]))
  const [batch, , height] = image
  try {
    const found = foldConstants(bindDims(pruneUnused({ ...graph, outputs }), { image }))
    const strayed = [...found.outputs].find(([, { shape }]) => shape !== undefined && shape[0] !== batch)
    if (strayed) throw new ChiquitoError('model', `${strayed[0]} would be [${strayed[1].shape?.join(', ')}].`)
    return found
  } catch (error) {
    const hint =
      height === size && fixedBatch !== undefined
        ? `It was exported for ${fixedBatch} at a time. ${howToOpen(declared)}`
        : `It was exported for ${size} by ${size}: use that size.`
    throw new ChiquitoError(
      'model',
      `${file} cannot take ${batch} photos of ${height} by ${height} pixels: ${messageOf(error)} ${hint}`,
      { cause: error },
    )
  }
}

/** Adds a bound graph to one that is being built. Returns the wanted layers by name; a vector is made [batch, channels]. */
export function appendLayers(
  builder: GraphBuilder,
  image: Value,
  graph: Graph,
  layers: readonly ImportedLayer[],
): Map<string, Value> {
  const values = builder.append(graph, new Map([['image', image]]))
  return new Map(
    layers.map(({ name, stride, value }) => {
      const found = values.get(value) ?? value
      const isFlat = stride !== undefined || builder.shape(found).length === 2
      return [name, isFlat ? found : builder.op('Flatten', [found])]
    }),
  )
}

/** Layers by name, in the order of the network. */
export function chosen(
  layers: readonly ImportedLayer[],
  names: readonly string[] | undefined,
  network: string,
): ImportedLayer[] {
  if (!names) return [...layers]
  const unknown = names.find(name => !layers.some(layer => layer.name === name))
  if (unknown !== undefined)
    throw argumentError(
      'layers',
      `among ${network}'s (${layers.map(layer => layer.name).join(', ')})`,
      unknown,
    )
  return layers.filter(({ name }) => names.includes(name))
}
