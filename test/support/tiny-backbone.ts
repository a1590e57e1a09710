import type { Backbone, LayerGroup, NetworkOptions } from '../../src/backbones/index.js'
import { float32, RandomStream, type Tensor } from '../../src/core/index.js'
import { foldBatchNorm, type Graph, GraphBuilder, type Value } from '../../src/onnx/index.js'

interface Layer {
  readonly name: string
  readonly inputs: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly group: number
}

const layers: readonly Layer[] = [
  { name: 'stem', inputs: 3, outputs: 8, kernel: 4, stride: 4, group: 1 },
  { name: 'depthwise', inputs: 8, outputs: 8, kernel: 3, stride: 2, group: 8 },
  { name: 'top', inputs: 8, outputs: 16, kernel: 1, stride: 1, group: 1 },
]

const parametersOf = ({ name }: Layer) => [`${name}.weight`, `${name}.norm.weight`, `${name}.norm.bias`]

/** A network of three small layers, each with batch norm and ReLU, one a group: everything in milliseconds. */
export function tinyBackbone(seed = 1): Backbone {
  const weights = new Map(
    layers.flatMap(layer => tensorsOf(layer, RandomStream.fromSeed(seed).fork(layer.name))),
  )
  const groups: LayerGroup[] = [
    { name: 'early', parameters: parametersOf(layers[0]) },
    { name: 'late', parameters: parametersOf(layers[1]) },
    { name: 'head', parameters: parametersOf(layers[2]) },
  ]
  const network = ({ size, batch }: NetworkOptions) => graphOf(weights, size, batch)
  return {
    name: 'tiny',
    id: `tiny-${seed}`,
    licence: 'none',
    source: 'made in a test',
    inputSize: 32,
    preprocessing: { mean: [127, 127, 127], std: [64, 64, 64] },
    layers: [{ name: 'top', channels: 16, stride: 8 }],
    groups,
    network,
    trunk(builder, image) {
      const [batch, , size] = builder.shape(image)
      return builder.append(
        foldBatchNorm(network({ size: Number(size), batch })),
        new Map([['image', image]]),
      )
    },
    classifier: () => {
      throw new Error('it never had one')
    },
  }
}

function tensorsOf(
  { name, inputs, outputs, kernel, group }: Layer,
  random: RandomStream,
): [string, Tensor<'float32'>][] {
  const shape = [outputs, inputs / group, kernel, kernel]
  const fan = (inputs / group) * kernel * kernel
  const normal = (count: number, mean: number, deviation: number) =>
    Float32Array.from({ length: count }, () => mean + deviation * random.normal())
  return [
    [`${name}.weight`, float32(normal(outputs * fan, 0, Math.sqrt(2 / fan)), shape)],
    [`${name}.norm.weight`, float32(normal(outputs, 1, 0.1))],
    [`${name}.norm.bias`, float32(normal(outputs, 0, 0.1))],
    [`${name}.norm.running_mean`, float32(normal(outputs, 0, 0.1))],
    [`${name}.norm.running_var`, float32(normal(outputs, 1, 0.05))],
  ]
}

function graphOf(
  weights: ReadonlyMap<string, Tensor<'float32'>>,
  size: number,
  batch: number | string,
): Graph {
  const builder = new GraphBuilder('tiny')
  const weight = (name: string) => builder.initializer(name, weights.get(name) ?? float32([]))
  let map: Value = builder.input('image', 'float32', [batch, 3, size, size])
  for (const { name, kernel, stride, group } of layers) {
    const pad = kernel === 3 ? 1 : 0
    const attributes = { strides: [stride, stride], group, pads: [pad, pad, pad, pad] }
    const norm = ['weight', 'bias', 'running_mean', 'running_var'].map(part => `${name}.norm.${part}`)
    const convolved = builder.op('Conv', [map, weight(`${name}.weight`)], attributes)
    map = builder.op('Relu', [builder.op('BatchNormalization', [convolved, ...norm.map(weight)])])
  }
  builder.output(map, 'top')
  return builder.build()
}
