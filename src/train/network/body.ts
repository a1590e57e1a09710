import {
  appendPools,
  appendPreprocessing,
  type Backbone,
  type FeatureSpec,
  featureWidth,
} from '../../backbones/index.js'
import { ChiquitoError, int64 } from '../../core/index.js'
import { type Graph, type GraphBuilder, startFrom, type Value } from '../../onnx/index.js'
import type { Cut } from './cut.js'

export interface BodyOptions {
  readonly backbone: Backbone
  /** The features that the head reads. */
  readonly spec: FeatureSpec
  /** Side of the photos, in pixels. */
  readonly size: number
  /** Photos a step. */
  readonly batchSize: number
  /** Start from what is kept of the part before a cut, not from photos. */
  readonly cut?: Cut | undefined
}

/** What a step's graph is fed with: views of photos, or what was kept of them. */
export const pixelsInput = 'pixels'
export const keptInput = 'kept'

/** The trunk to be trained, from the image or from the cut on: outputs are the layers that the head reads. */
export function bodyOf({ backbone, spec, size, batchSize: batch, cut }: BodyOptions): Graph {
  const names = ({ layers }: FeatureSpec) => layers.map(({ name }) => name)
  if (!cut) return backbone.network({ size, batch, layers: names(spec) })
  const whole = backbone.network({ size, batch, layers: [cut.layer, ...names(cut.behind)] })
  const rest = startFrom(whole, [cut.layer])
  if (!rest.inputs.has('image')) return rest
  throw new ChiquitoError(
    'model',
    `${backbone.name} cannot be cut at ${cut.layer}: something goes around it.`,
  )
}

/**
 * Adds a body, as it came out of passes, to a graph with its input: `pixels` uint8 [batch, size, size, 3], or `kept` float32
 * [batch, width of what is kept].
 *
 * @param names what the body's own inputs are called in the builder.
 * @returns the features that the head reads [batch, width], and the body's outputs.
 */
export function appendBody(
  builder: GraphBuilder,
  body: Graph,
  names: ReadonlyMap<Value, Value>,
  options: BodyOptions,
): { features: Value; outputs: ReadonlyMap<Value, Value> } {
  const { backbone, spec, size, batchSize, cut } = options
  if (!cut) {
    const pixels = builder.input(pixelsInput, 'uint8', [batchSize, size, size, 3])
    const image = appendPreprocessing(builder, backbone, pixels)
    const outputs = builder.append(body, new Map([...names, ['image', image]]))
    return { features: appendPools(builder, backbone, outputs, spec), outputs }
  }
  const kept = keptValues(builder, body, cut, options)
  const outputs = builder.append(body, new Map([...names, [cut.layer, kept.map]]))
  const features = spec.layers.map(
    layer => kept.pooled.get(layer.name) ?? appendPools(builder, backbone, outputs, { layers: [layer] }),
  )
  return {
    features: features.length === 1 ? features[0] : builder.op('Concat', features, { axis: 1 }),
    outputs,
  }
}

/** What was kept of each view, taken apart. */
function keptValues(
  builder: GraphBuilder,
  body: Graph,
  { layer, kept }: Cut,
  { backbone, size, batchSize }: BodyOptions,
): { map: Value; pooled: ReadonlyMap<string, Value> } {
  const widths = kept.layers.map(one => featureWidth(backbone, { layers: [one] }, size))
  const rows = builder.input(keptInput, 'float32', [batchSize, widths.reduce((sum, width) => sum + width, 0)])
  const pieces =
    widths.length === 1
      ? [rows]
      : builder.ops('Split', [rows, builder.constant(int64(widths))], { axis: 1 }, widths.length)
  const shape = body.inputs.get(layer)?.shape?.filter(dim => typeof dim === 'number') ?? []
  const map = builder.op('Reshape', [pieces[0], builder.constant(int64(shape))])
  return { map, pooled: new Map(kept.layers.slice(1).map(({ name }, i) => [name, pieces[i + 1]])) }
}
