import { crossEntropy, differentiate, expandComposites } from '../../src/autodiff/index.js'
import type { Backbone } from '../../src/backbones/index.js'
import { asFloat32, float32, type Tensor } from '../../src/core/index.js'
import { Session } from '../../src/engine/index.js'
import { foldBatchNorm, GraphBuilder, model } from '../../src/onnx/index.js'

export interface Gradients {
  readonly loss: number
  /** [batch, classes] */
  readonly logits: Float32Array
  /** By parameter of the trunk and of the classifier. */
  readonly gradients: ReadonlyMap<string, Float32Array>
}

/**
 * Loss and gradients of a backbone with its classifier, all weights trained, batch norm in evaluation mode and folded:
 * the plain graph, as every runtime takes it.
 *
 * @param image [batch, 3, size, size]
 */
export async function backboneGradients(
  backbone: Backbone,
  image: Tensor<'float32'>,
  labels: readonly number[],
): Promise<Gradients> {
  const [batch, , size] = image.shape
  const last = backbone.layers[backbone.layers.length - 1].name
  const network = foldBatchNorm(backbone.network({ size, batch, layers: [last] }))
  const builder = new GraphBuilder('gradients')
  const maps = builder.append(network, new Map([['image', builder.input('image', 'float32', image.shape)]]))
  const logits = backbone.classifier(builder, maps.get(last) ?? '')
  const classes = builder.staticShape(logits)[1]
  const targets = builder.constant(
    float32(
      labels.flatMap(label => Array.from({ length: classes }, (_, i) => Number(i === label))),
      [labels.length, classes],
    ),
  )
  const loss = crossEntropy(builder, logits, targets)
  const own = new Set(network.initializers.keys())
  const head = Array.from(builder.build().initializers.keys()).filter(
    name => !own.has(name) && /(weight|bias)\]?$/.test(name),
  )
  const parameters = [...backbone.groups.flatMap(group => group.parameters), ...head]
  for (const [parameter, grad] of differentiate(builder, loss, parameters))
    builder.output(grad, `d ${parameter}`)
  builder.output(loss, 'loss')
  builder.output(logits, 'logits')
  const session = await Session.open(model(expandComposites(builder.build())))
  const results = await session.run({ image })
  await session.close()
  const values = (name: string) => asFloat32(results[name], name).data
  return {
    loss: values('loss')[0],
    logits: values('logits'),
    gradients: new Map(parameters.map(name => [name, values(`d ${name}`)])),
  }
}

/** Length of a vector, and its product with cos(0.37 k): together a digest that fits in a line. */
export function digest(values: Float32Array): { readonly norm: number; readonly dot: number } {
  let squares = 0
  let dot = 0
  for (let k = 0; k < values.length; k++) {
    squares += values[k] * values[k]
    dot += values[k] * Math.cos(0.37 * k)
  }
  return { norm: Math.sqrt(squares), dot }
}
