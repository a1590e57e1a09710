import { argumentError, ChiquitoError, float32, int64, scalar } from '../core/index.js'
import { GraphBuilder, type Model, model, type Value } from '../onnx/index.js'
import type { Backbone, BackboneLayer } from './backbone.js'
import { checkSize } from './network.js'

/**
 * How a map [batch, channels, height, width] becomes a vector [batch, channels]: its mean, maximum or deviation; or, as
 * `map`, all of it [batch, channels * height * width].
 */
export type Pool = 'avg' | 'max' | 'std' | 'map'

/** Which features to take: the pools of each layer, in this order. */
export interface FeatureSpec {
  readonly layers: readonly { readonly name: string; readonly pools: readonly Pool[] }[]
}

export interface FeatureModelOptions extends FeatureSpec {
  /** Side of the square photos, in pixels. */
  readonly size: number
  /** Photos per run: a number is fastest, a name (`'batch'`, the default) takes any. */
  readonly batch?: number | string | undefined
}

/**
 * The whole way from bytes to features as a model: input `pixels` uint8 [batch, size, size, 3] (RGB), output `features`
 * float32 [batch, {@link featureWidth}].
 *
 * @throws ChiquitoError `usage` for a layer the backbone does not have, or a size out of range.
 */
export function featureModel(backbone: Backbone, options: FeatureModelOptions): Model {
  const { size, batch = 'batch' } = options
  checkSize(size)
  const builder = new GraphBuilder(`${backbone.name}-features`)
  const pixels = builder.input('pixels', 'uint8', [batch, size, size, 3])
  builder.output(appendFeatures(builder, backbone, pixels, options), 'features')
  return model(builder.build())
}

/** Values per photo that a spec gives; of whole maps, of photos of this size. */
export function featureWidth(
  backbone: Backbone,
  spec: FeatureSpec,
  size: number = backbone.inputSize,
): number {
  const widths = spec.layers.flatMap(({ name, pools }) => {
    const { channels, stride } = layerOf(backbone, name)
    const positions = stride === undefined ? 1 : Math.ceil(size / stride) ** 2
    return pools.map(pool => (pool === 'map' ? channels * positions : channels))
  })
  return widths.reduce((sum, width) => sum + width, 0)
}

/**
 * Adds preprocessing, trunk and pooling to a graph.
 *
 * @param pixels uint8 [batch, height, width, 3], RGB.
 * @returns float32 [batch, {@link featureWidth}]: layer by layer, pool by pool.
 */
export function appendFeatures(
  builder: GraphBuilder,
  backbone: Backbone,
  pixels: Value,
  { layers }: FeatureSpec,
): Value {
  if (layers.length === 0 || layers.some(({ pools }) => pools.length === 0))
    throw argumentError('layers', 'at least one layer, each with at least one pool', layers)
  for (const { name } of layers) layerOf(backbone, name)
  const image = appendPreprocessing(builder, backbone, pixels)
  const maps = backbone.trunk(builder, image, { layers: layers.map(layer => layer.name) })
  return appendPools(builder, backbone, maps, { layers })
}

/**
 * Adds the pooling of maps that are there already.
 *
 * @param maps [batch, channels, height, width] by layer; what is [batch, values] is pooled already, and taken as it is.
 * @returns float32 [batch, {@link featureWidth}].
 */
export function appendPools(
  builder: GraphBuilder,
  backbone: Backbone,
  maps: ReadonlyMap<string, Value>,
  { layers }: FeatureSpec,
): Value {
  const pooled = layers.flatMap(({ name, pools }) => {
    const map = maps.get(name)
    if (map === undefined)
      throw new ChiquitoError('model', `Backbone ${backbone.name} gave no layer ${name}.`)
    const isPooled = builder.shape(map).length === 2
    return pools.map(pool => (isPooled ? pooledAlready[pool] : poolers[pool])(builder, map))
  })
  // A vector [batch, channels] is joined to other vectors only.
  const isMixed = new Set(pooled.map(value => builder.shape(value).length)).size > 1
  const hasMaps = layers.some(({ pools }) => pools.includes('map'))
  if (hasMaps || isMixed)
    return concat(
      builder,
      pooled.map(vector => builder.op('Flatten', [vector], { axis: 1 })),
    )
  return builder.op('Flatten', [concat(builder, pooled)], { axis: 1 })
}

function concat(builder: GraphBuilder, values: readonly Value[]): Value {
  return values.length === 1 ? values[0] : builder.op('Concat', values, { axis: 1 })
}

/** A variance too small to show in any deviation. */
const tiny = 1e-12

const poolers: Readonly<Record<Pool, (builder: GraphBuilder, map: Value) => Value>> = {
  avg: (builder, map) => builder.op('GlobalAveragePool', [map]),
  max: (builder, map) => builder.op('GlobalMaxPool', [map]),
  map: (_, map) => map,
  std(builder, map) {
    const mean = builder.op('GlobalAveragePool', [map])
    const meanSquare = builder.op('GlobalAveragePool', [builder.op('Mul', [map, map])])
    const variance = builder.op('Sub', [meanSquare, builder.op('Mul', [mean, mean])])
    // Rounding may leave a constant map a variance just below zero; at zero itself the root has no slope to train by.
    const positive = builder.op('Add', [builder.op('Relu', [variance]), builder.constant(scalar(tiny))])
    return builder.op('Sqrt', [positive])
  },
}

/** The same of a single value a channel. */
const pooledAlready: typeof poolers = {
  avg: (_, map) => map,
  max: (_, map) => map,
  map: (_, map) => map,
  std: (builder, map) => builder.op('Sub', [map, map]),
}

/**
 * Adds `(byte - mean) / std` and the change to channels first, in the network's order.
 *
 * @param pixels uint8 [batch, height, width, 3].
 * @returns float32 [batch, 3, height, width].
 */
export function appendPreprocessing(builder: GraphBuilder, backbone: Backbone, pixels: Value): Value {
  const { mean, std, channels = 'rgb' } = backbone.preprocessing
  // Transposed as bytes: a quarter of the memory to move.
  const bytes = builder.op('Transpose', [pixels], { perm: [0, 3, 1, 2] })
  const ordered =
    channels === 'bgr'
      ? builder.op('Gather', [bytes, builder.constant(int64([2, 1, 0]))], { axis: 1 })
      : bytes
  const planes = builder.op('Cast', [ordered], { to: 'float32' })
  const isCentred = mean.every(value => value === 0)
  const centred = isCentred
    ? planes
    : builder.op('Sub', [planes, builder.constant(float32(perChannel(mean), [1, 3, 1, 1]))])
  if (std.every(deviation => deviation === 1)) return centred
  const factors = std.map(deviation => 1 / deviation)
  return builder.op('Mul', [centred, builder.constant(float32(perChannel(factors), [1, 3, 1, 1]))])
}

function perChannel(values: readonly number[]): Float32Array {
  return Float32Array.from(values)
}

function layerOf(backbone: Backbone, name: string): BackboneLayer {
  const layer = backbone.layers.find(candidate => candidate.name === name)
  if (layer) return layer
  const known = backbone.layers.map(candidate => candidate.name).join(', ')
  throw argumentError('layer', `one of ${backbone.name}'s: ${known}`, name)
}
