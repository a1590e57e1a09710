import { appendPools, type Backbone, type FeatureSpec, featureWidth } from '../../backbones/index.js'
import { GraphBuilder, startFrom, type Value } from '../../onnx/index.js'

/**
 * The last layers of a network as they were before they were fine-tuned. Tuned ones draw foreign things to the classes, and
 * photos learnt from nearer to each other than new ones are; these do neither (docs/decisions/0067-neither.md).
 */
export interface LayersBefore {
  /** The whole network as it was. */
  readonly backbone: Backbone
  /** The last layer that was not tuned: both networks go on from its map. */
  readonly layer: string
  /** What is read of the layers behind it. */
  readonly spec: FeatureSpec
}

export function widthBefore({ backbone, spec }: LayersBefore): number {
  return featureWidth(backbone, spec)
}

/**
 * Adds these layers, and pools what the spec names.
 *
 * @param map of the layer that both share, [batch, channels, height, width]
 * @param image the network's input, whose shape tells the size of photos
 * @returns float32 [batch, {@link widthBefore}]
 */
export function appendBefore(
  builder: GraphBuilder,
  { backbone, layer, spec }: LayersBefore,
  map: Value,
  image: Value,
): Value {
  const whole = new GraphBuilder('before')
  const names = spec.layers.map(({ name }) => name)
  const maps = backbone.trunk(whole, whole.input('image', 'float32', builder.shape(image)), {
    layers: [layer, ...names],
  })
  for (const [name, value] of maps) whole.output(value, name)
  const rest = startFrom(whole.build(), [layer])
  // Exporters ask the image for the size of the batch, also behind the map.
  const shared = new Map([
    [layer, map],
    ['image', image],
  ])
  return appendPools(builder, backbone, builder.append(rest, shared, 'before.'), spec)
}
