import type { GraphBuilder, Value } from '../onnx/index.js'
import type { Backbone, BackboneDescription, BackboneLayer, LayerGroup, Origin } from './backbone.js'
import { networkGraph } from './network.js'
import {
  type AddConvolution,
  foldedConvolutions,
  type NormedConvolution,
  type NormSettings,
  parametersOf,
  separateConvolutions,
  tensorsOf,
} from './normed-convolution.js'
import { imageNet } from './preprocessing/index.js'
import { toFloat32, type Weights } from './weights.js'

// ResNet (He et al. 2015, arXiv 1512.03385) as torchvision and timm have it, who name its tensors alike. The bottleneck
// strides in its 3x3 convolution, not in the first 1x1 ("v1.5"): their weights are trained so.

/** What tells one member of the family from another. */
export interface ResNet {
  readonly name: string
  readonly block: 'basic' | 'bottleneck'
  /** Blocks of each of the four stages. */
  readonly blocks: readonly [number, number, number, number]
}

export const resNet18: ResNet = { name: 'resnet18', block: 'basic', blocks: [2, 2, 2, 2] }
export const resNet34: ResNet = { name: 'resnet34', block: 'basic', blocks: [3, 4, 6, 3] }
export const resNet50: ResNet = { name: 'resnet50', block: 'bottleneck', blocks: [3, 4, 6, 3] }

const stemChannels = 64
const classes = 1000

const norms: NormSettings = { epsilon: 1e-5, momentum: 0.9 }

/** Outputs of a block as a multiple of its inner width. */
const expansion = { basic: 1, bottleneck: 4 } as const

/** The network as a backbone over weights that have been checked. */
export function resNet(network: ResNet, weights: Weights, id: string, origin: Origin): Backbone {
  return {
    ...origin,
    ...describeResNet(network),
    id,
    trunk: (builder, image, { layers } = {}) =>
      addLayers(network, builder, foldedConvolutions(builder, weights, norms.epsilon), image, layers),
    network: options =>
      networkGraph(network.name, options, (builder, image) =>
        addLayers(network, builder, separateConvolutions(builder, weights, norms), image, options.layers),
      ),
    classifier: (builder, map) => classifier(network, weights, builder, map),
  }
}

/** What is known of a network without its weights. */
export function describeResNet(network: ResNet): BackboneDescription {
  return {
    name: network.name,
    inputSize: 224,
    preprocessing: imageNet,
    layers: layersOf(network),
    groups: groupsOf(network),
  }
}

/** Name and shape of every tensor the trunk needs. */
export function resNetTensors(network: ResNet): Map<string, readonly number[]> {
  return new Map([stem, ...blocksOf(network).flatMap(convolutionsOf)].flatMap(tensorsOf))
}

interface Block {
  /** Prefix of its tensors' names. */
  readonly name: string
  readonly inputs: number
  readonly inner: number
  readonly outputs: number
  readonly stride: number
  /** Index of its stage, from 0. */
  readonly stage: number
}

const stem: NormedConvolution = {
  conv: 'conv1',
  norm: 'bn1',
  shape: [stemChannels, 3, 7, 7],
  stride: 2,
  group: 1,
}

function blocksOf({ block, blocks }: ResNet): Block[] {
  let inputs = stemChannels
  return blocks.flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => {
      const inner = stemChannels * 2 ** stage
      const outputs = inner * expansion[block]
      const stride = stage > 0 && i === 0 ? 2 : 1
      const one = { name: `layer${stage + 1}.${i}`, inputs, inner, outputs, stride, stage }
      inputs = outputs
      return one
    }),
  )
}

/** The convolutions in a row: two of 3x3, or 1x1, 3x3, 1x1 where the inner width differs from the outputs. */
function mainOf({ name, inputs, inner, outputs, stride }: Block): NormedConvolution[] {
  const one = (
    i: number,
    inputs: number,
    outputs: number,
    kernel: number,
    stride = 1,
  ): NormedConvolution => ({
    conv: `${name}.conv${i}`,
    norm: `${name}.bn${i}`,
    shape: [outputs, inputs, kernel, kernel],
    stride,
    group: 1,
  })
  if (inner === outputs) return [one(1, inputs, inner, 3, stride), one(2, inner, outputs, 3)]
  return [one(1, inputs, inner, 1), one(2, inner, inner, 3, stride), one(3, inner, outputs, 1)]
}

/** The 1x1 convolution beside them where the block changes its input's shape. */
function shortcutOf({ name, inputs, outputs, stride }: Block): NormedConvolution | undefined {
  if (inputs === outputs && stride === 1) return undefined
  const prefix = `${name}.downsample`
  return { conv: `${prefix}.0`, norm: `${prefix}.1`, shape: [outputs, inputs, 1, 1], stride, group: 1 }
}

/** In the order of the weights file. */
function convolutionsOf(block: Block): NormedConvolution[] {
  const shortcut = shortcutOf(block)
  return shortcut ? [...mainOf(block), shortcut] : mainOf(block)
}

function layersOf({ block }: ResNet): BackboneLayer[] {
  const stages = [0, 1, 2, 3].map(stage => ({
    name: stageName(stage),
    channels: stemChannels * 2 ** stage * expansion[block],
    stride: 4 * 2 ** stage,
  }))
  return [{ name: 'stem', channels: stemChannels, stride: 2 }, ...stages]
}

const stageName = (stage: number) => `layer${stage + 1}`

/** fastai's: the stem and two stages, then the two others. */
function groupsOf(network: ResNet): LayerGroup[] {
  const [early, late] = [true, false].map(isEarly =>
    blocksOf(network)
      .filter(({ stage }) => stage < 2 === isEarly)
      .flatMap(convolutionsOf),
  )
  return [
    { name: 'early', parameters: [stem, ...early].flatMap(parametersOf) },
    { name: 'late', parameters: late.flatMap(parametersOf) },
  ]
}

/** Adds the network as far as the wanted layers need it. */
function addLayers(
  network: ResNet,
  builder: GraphBuilder,
  convolve: AddConvolution,
  image: Value,
  layers: readonly string[] = layersOf(network).map(layer => layer.name),
): Map<string, Value> {
  const maps = new Map<string, Value>()
  const keep = (name: string, map: Value) => layers.includes(name) && maps.set(name, map)
  const isDone = () => maps.size === new Set(layers).size
  let map = builder.op('Relu', [convolve(image, stem, { pads: [3, 3, 3, 3] })])
  keep('stem', map)
  if (isDone()) return maps
  map = builder.op('MaxPool', [map], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  const blocks = blocksOf(network)
  for (const [i, block] of blocks.entries()) {
    if (isDone()) return maps
    map = addBlock(builder, convolve, map, block)
    if (blocks[i + 1]?.stage !== block.stage) keep(stageName(block.stage), map)
  }
  return maps
}

function addBlock(builder: GraphBuilder, convolve: AddConvolution, input: Value, block: Block): Value {
  const add = (value: Value, one: NormedConvolution) =>
    convolve(value, one, { pads: new Array<number>(4).fill((one.shape[2] - 1) / 2) })
  let map = input
  for (const [i, one] of mainOf(block).entries()) map = add(i === 0 ? map : builder.op('Relu', [map]), one)
  const shortcut = shortcutOf(block)
  return builder.op('Relu', [builder.op('Add', [map, shortcut ? add(input, shortcut) : input])])
}

function classifier({ block }: ResNet, weights: Weights, builder: GraphBuilder, map: Value): Value {
  const channels = 512 * expansion[block]
  weights.check(
    'the ImageNet classifier',
    new Map([
      ['fc.weight', [classes, channels]],
      ['fc.bias', [classes]],
    ]),
  )
  const pooled = builder.op('Flatten', [builder.op('GlobalAveragePool', [map])])
  const [weight, bias] = ['fc.weight', 'fc.bias'].map(name =>
    builder.initializer(name, toFloat32(weights.get(name))),
  )
  return builder.op('Gemm', [pooled, weight, bias], { transB: 1 })
}
