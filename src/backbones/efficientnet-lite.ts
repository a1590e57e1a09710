import { scalar } from '../core/index.js'
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
import { toFloat32, type Weights } from './weights.js'

// EfficientNet-Lite (Google 2020): EfficientNet (Tan and Le 2019, arXiv 1905.11946) without squeeze-and-excite and with
// ReLU6, for small machines. Names of tensors are those of the PyTorch port.

/** Blocks of one width, each an inverted residual (Sandler et al. 2018, arXiv 1801.04381). */
interface Stage {
  readonly blocks: number
  readonly kernel: number
  /** Of its first block. */
  readonly stride: number
  /** The inner width, as a multiple of the block's input. */
  readonly expansion: number
  readonly channels: number
}

/** What tells one member of the family from another. */
export interface EfficientNetLite {
  readonly name: string
  readonly inputSize: number
  readonly stages: readonly Stage[]
}

const stemChannels = 32
const headChannels = 1280
const classes = 1000

/** As the networks were trained: their running statistics remember ten times as long as usual. */
const norms: NormSettings = { epsilon: 1e-3, momentum: 0.99 }

/** The bytes are shifted and scaled to about -1 to 1. */
const preprocessing = { mean: [127, 127, 127], std: [128, 128, 128] } as const

const kernels = [3, 3, 5, 3, 5, 5, 3]
const strides = [1, 2, 2, 2, 1, 2, 1]

export const efficientNetLite0: EfficientNetLite = {
  name: 'efficientnet-lite0',
  inputSize: 224,
  stages: stages([1, 2, 2, 3, 3, 4, 1], [16, 24, 40, 80, 112, 192, 320]),
}

export const efficientNetLite2: EfficientNetLite = {
  name: 'efficientnet-lite2',
  inputSize: 260,
  stages: stages([1, 3, 3, 4, 4, 5, 1], [16, 24, 48, 88, 120, 208, 352]),
}

/** The network as a backbone over weights that have been checked. */
export function efficientNetLite(
  network: EfficientNetLite,
  weights: Weights,
  id: string,
  origin: Origin,
): Backbone {
  return {
    ...origin,
    ...describe(network),
    id,
    trunk: (builder, image, { layers } = {}) =>
      addLayers(network, builder, foldedConvolutions(builder, weights, norms.epsilon), image, layers),
    network: options =>
      networkGraph(network.name, options, (builder, image) =>
        addLayers(network, builder, separateConvolutions(builder, weights, norms), image, options.layers),
      ),
    classifier: (builder, map) => classifier(weights, builder, map),
  }
}

/** What is known of a network without its weights. */
export function describe(network: EfficientNetLite): BackboneDescription {
  return {
    name: network.name,
    inputSize: network.inputSize,
    preprocessing,
    layers: layersOf(network),
    groups: groupsOf(network),
  }
}

/** Name and shape of every tensor the trunk needs. */
export function trunkTensors(network: EfficientNetLite): Map<string, readonly number[]> {
  return new Map(convolutions(network).flatMap(tensorsOf))
}

/** Name and shape of the classifier's tensors. */
export function classifierTensors(): Map<string, readonly number[]> {
  return new Map([
    ['_fc.weight', [classes, headChannels]],
    ['_fc.bias', [classes]],
  ])
}

interface Block {
  /** Prefix of its tensors' names. */
  readonly name: string
  readonly inputs: number
  readonly inner: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  /** Index of its stage, from 0. */
  readonly stage: number
}

interface Convolution extends NormedConvolution {
  readonly activated: boolean
}

function stages(blocks: readonly number[], channels: readonly number[]): Stage[] {
  return blocks.map((count, i) => ({
    blocks: count,
    kernel: kernels[i],
    stride: strides[i],
    expansion: i === 0 ? 1 : 6,
    channels: channels[i],
  }))
}

function blocksOf(network: EfficientNetLite): Block[] {
  const blocks: Block[] = []
  let inputs = stemChannels
  network.stages.forEach(({ blocks: count, kernel, stride, expansion, channels }, stage) => {
    for (let i = 0; i < count; i++) {
      const name = `_blocks.${blocks.length}.`
      blocks.push({
        name,
        inputs,
        inner: inputs * expansion,
        outputs: channels,
        kernel,
        stride: i === 0 ? stride : 1,
        stage,
      })
      inputs = channels
    }
  })
  return blocks
}

const stem: Convolution = {
  conv: '_conv_stem',
  norm: '_bn0',
  shape: [stemChannels, 3, 3, 3],
  stride: 2,
  group: 1,
  activated: true,
}

function head(network: EfficientNetLite): Convolution {
  const inputs = network.stages[network.stages.length - 1].channels
  return {
    conv: '_conv_head',
    norm: '_bn1',
    shape: [headChannels, inputs, 1, 1],
    stride: 1,
    group: 1,
    activated: true,
  }
}

/** A block's convolutions: 1x1 expansion (absent where it would not widen), depthwise, 1x1 projection. */
function blockConvolutions({ name, inputs, inner, outputs, kernel, stride }: Block): Convolution[] {
  const expand: Convolution = {
    conv: `${name}_expand_conv`,
    norm: `${name}_bn0`,
    shape: [inner, inputs, 1, 1],
    stride: 1,
    group: 1,
    activated: true,
  }
  const depthwise: Convolution = {
    conv: `${name}_depthwise_conv`,
    norm: `${name}_bn1`,
    shape: [inner, 1, kernel, kernel],
    stride,
    group: inner,
    activated: true,
  }
  const project: Convolution = {
    conv: `${name}_project_conv`,
    norm: `${name}_bn2`,
    shape: [outputs, inner, 1, 1],
    stride: 1,
    group: 1,
    activated: false,
  }
  return inner === inputs ? [depthwise, project] : [expand, depthwise, project]
}

function convolutions(network: EfficientNetLite): Convolution[] {
  return [stem, ...blocksOf(network).flatMap(blockConvolutions), head(network)]
}

function layersOf(network: EfficientNetLite): BackboneLayer[] {
  let stride = stem.stride
  const ofStages = network.stages.map((stage, i) => {
    stride *= stage.stride
    return { name: stageName(i), channels: stage.channels, stride }
  })
  return [
    { name: 'stem', channels: stemChannels, stride: stem.stride },
    ...ofStages,
    { name: 'head', channels: headChannels, stride },
  ]
}

const stageName = (index: number) => `stage${index + 1}`

/** Up to a step of 8 pixels, as fastai splits ResNets, and the rest with the 1x1 head convolution. */
function groupsOf(network: EfficientNetLite): LayerGroup[] {
  const [early, late] = [true, false].map(isEarly =>
    blocksOf(network)
      .filter(({ stage }) => stage < 3 === isEarly)
      .flatMap(blockConvolutions),
  )
  return [
    { name: 'early', parameters: [stem, ...early].flatMap(parametersOf) },
    { name: 'late', parameters: [...late, head(network)].flatMap(parametersOf) },
  ]
}

/** Adds the network as far as the wanted layers need it. */
function addLayers(
  network: EfficientNetLite,
  builder: GraphBuilder,
  convolve: AddConvolution,
  image: Value,
  layers: readonly string[] = layersOf(network).map(layer => layer.name),
): Map<string, Value> {
  const wanted = new Set(layers)
  const maps = new Map<string, Value>()
  const isDone = () => maps.size === wanted.size
  const keep = (name: string, map: Value) => wanted.has(name) && maps.set(name, map)
  let map = addConvolution(builder, convolve, image, stem)
  keep('stem', map)
  const blocks = blocksOf(network)
  for (const [i, block] of blocks.entries()) {
    if (isDone()) return maps
    map = addBlock(builder, convolve, map, block)
    if (blocks[i + 1]?.stage !== block.stage) keep(stageName(block.stage), map)
  }
  if (!isDone()) keep('head', addConvolution(builder, convolve, map, head(network)))
  return maps
}

function addBlock(builder: GraphBuilder, convolve: AddConvolution, input: Value, block: Block): Value {
  let map = input
  for (const one of blockConvolutions(block)) map = addConvolution(builder, convolve, map, one)
  const adds = block.stride === 1 && block.inputs === block.outputs
  return adds ? builder.op('Add', [map, input]) : map
}

/** A convolution with batch norm, and ReLU6 where it has one. */
function addConvolution(
  builder: GraphBuilder,
  convolve: AddConvolution,
  input: Value,
  { activated, ...convolution }: Convolution,
): Value {
  const { shape, stride } = convolution
  const map = convolve(input, convolution, padding(builder, input, shape[2], stride))
  if (!activated) return map
  return builder.op('Clip', [map, builder.constant(scalar(0)), builder.constant(scalar(6))])
}

/**
 * TensorFlow's "same" padding: ceil(size / stride) outputs, and where the padding is odd the extra row and column lie at
 * the bottom and right. Written out where the size is known; left to the runtime where it is not.
 */
function padding(builder: GraphBuilder, input: Value, kernel: number, stride: number) {
  if (stride === 1) return { pads: new Array<number>(4).fill((kernel - 1) / 2) }
  const totals: number[] = []
  for (const size of builder.shape(input).slice(2)) {
    if (typeof size !== 'number') return { auto_pad: 'SAME_UPPER' }
    totals.push(Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0))
  }
  return {
    pads: [...totals.map(total => Math.floor(total / 2)), ...totals.map(total => Math.ceil(total / 2))],
  }
}

function classifier(weights: Weights, builder: GraphBuilder, map: Value): Value {
  weights.check('the ImageNet classifier', classifierTensors())
  const pooled = builder.op('Flatten', [builder.op('GlobalAveragePool', [map])])
  const weight = builder.initializer('_fc.weight', toFloat32(weights.get('_fc.weight')))
  const bias = builder.initializer('_fc.bias', toFloat32(weights.get('_fc.bias')))
  return builder.op('Gemm', [pooled, weight, bias], { transB: 1 })
}
