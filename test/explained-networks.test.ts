// Every kind of network that can be trained is explained, or says why it cannot: the other outputs keep their bits.
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Backbone, type FeatureSpec, featureWidth, loadBackbone } from '../src/backbones/index.js'
import { registry } from '../src/backbones/registry.js'
import { Weights } from '../src/backbones/weights.js'
import { float32, RandomStream, type Tensor, uint8 } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { withExplanation } from '../src/explain/index.js'
import { withHalves } from '../src/export/halves.js'
import { type Graph, lowestModel, upgradeModel } from '../src/onnx/index.js'
import { portableModel } from '../src/run/index.js'
import { classifierGraph, fastaiHead, type Head, linearHead } from '../src/train/heads/index.js'
import { resNetTensor } from './support/seeded.js'

const labels = ['ball', 'wave', 'star']

/** A classifier that has learnt nothing, as training would write it. */
async function classifierOf(backbone: Backbone, size: number, spec: FeatureSpec, head: Head): Promise<Graph> {
  const random = RandomStream.fromSeed(3)
  const weights = [...head.parameters, ...head.statistics].map(
    ({ name, shape }): [string, Tensor<'float32'>] => {
      const count = shape.reduce((a, b) => a * b, 1)
      const draw = () => (name.endsWith('variance') ? random.uniform(0.5, 2) : 0.3 * random.normal())
      return [name, float32(Float32Array.from({ length: count }, draw), shape)]
    },
  )
  const graph = classifierGraph({
    backbone,
    spec,
    rule: { size, resize: 'squash' },
    labels,
    head,
    weights: new Map(weights),
  })
  return upgradeModel(await portableModel(graph)).graph
}

/** As recipe auto reads a network: means and deviations of its last layers. */
function several(backbone: Backbone): FeatureSpec {
  return { layers: backbone.layers.slice(-4).map(({ name }) => ({ name, pools: ['avg', 'std'] })) }
}

/** As recipe fastai-2018 does: maxima and means of the last one. */
function last(backbone: Backbone): FeatureSpec {
  return { layers: [{ name: backbone.layers.at(-1)?.name ?? '', pools: ['max', 'avg'] }] }
}

/** Photos of a few soft spots. */
function photosOf(count: number, size: number): Tensor<'uint8'> {
  const random = RandomStream.fromSeed(5)
  const data = new Uint8Array(count * size * size * 3)
  for (let i = 0; i < count; i++) {
    const [x, y, wide] = [random.uniform(0, size), random.uniform(0, size), random.uniform(0.1, 0.4) * size]
    for (let p = 0; p < size * size; p++) {
      const near = Math.exp(-(((p % size) - x) ** 2 + (Math.floor(p / size) - y) ** 2) / wide ** 2)
      for (let c = 0; c < 3; c++)
        data[(i * size * size + p) * 3 + c] = (60 + 40 * c) * (1 - near) + near * (250 - 90 * c)
    }
  }
  return uint8(data, [count, size, size, 3])
}

async function run(graph: Graph, pixels: Tensor): Promise<Record<string, Tensor>> {
  const session = await Session.open(lowestModel(graph), { threads: 1 })
  try {
    return await session.run({ pixels })
  } finally {
    await session.close()
  }
}

/** Expects that a classifier is explained, in numbers that add up, and answers as before. */
async function expectExplained(graph: Graph, size: number): Promise<void> {
  const explained = withExplanation(graph)
  if ('why' in explained) throw new Error(explained.why)
  const pixels = photosOf(2, size)
  const [before, after] = [await run(graph, pixels), await run(explained, pixels)]
  for (const output of graph.outputs.keys()) expect(after[output], output).toEqual(before[output])
  const [photos, height, width] = after.why.shape
  expect([photos, height > 1, width > 1]).toEqual([2, true, true])
  for (let i = 0; i < photos; i++) {
    const values = Array.from(after.why.data, Number).slice(i * height * width, (i + 1) * height * width)
    const logits = Array.from(after.logits.data, Number).slice(i * labels.length, (i + 1) * labels.length)
    const [top, ...others] = logits.sort((a, b) => b - a)
    const odds = top - Math.log(others.reduce((sum, logit) => sum + Math.exp(logit), 0))
    const scale = Math.max(1, ...values.map(Math.abs))
    expect(Math.abs(values.reduce((a, b) => a + b, 0) - odds) / scale).toBeLessThan(1e-3)
    expect(new Set(values).size).toBeGreaterThan(1)
  }
}

/** With weights by formula: the real ones are not in the repository. */
function resnet18(): Backbone {
  const entry = registry.get('resnet18')
  if (!entry) throw new Error('no resnet18')
  const tensors = Array.from(entry.tensors, ([key, shape]) => [key, resNetTensor(key, shape, false)] as const)
  return entry.build(new Weights(new Map(tensors), 'resnet18'), 'resnet18')
}

const imported = (name: string) =>
  fileURLToPath(
    new URL(`../${name.includes('/') ? name : `test/fixtures/networks/${name}`}`, import.meta.url),
  )

describe.each([
  ['efficientnet-lite0', 64],
  ['resnet18', 64],
  ['src/backbones/import/fixtures/mobilenet_v3-torchscript.onnx', 64],
  ['src/backbones/import/fixtures/mobilenet_v3-dynamo.onnx', 64],
  ['src/backbones/import/fixtures/efficientnet_b0-torchscript.onnx', 64],
  ['src/backbones/import/fixtures/efficientnet_b0-dynamo.onnx', 64],
  ['src/backbones/import/fixtures/convnext-torchscript.onnx', 64],
  ['src/backbones/import/fixtures/convnext-dynamo.onnx', 64],
  ['test/fixtures/exported/residual-torchscript.onnx', 40],
  ['plain-opset9.onnx', 0],
  ['keras.onnx', 0],
  ['map-channels-last-torchscript.onnx', 0],
  ['oblong-torchscript.onnx', 0],
  ['padded-maximum-torchscript.onnx', 0],
  ['point-head-torchscript.onnx', 0],
  ['pooled-convolution-torchscript.onnx', 0],
  ['response-torchscript.onnx', 0],
  ['turned-head-torchscript.onnx', 0],
  ['two-heads-dynamo.onnx', 0],
])('%s', (name, given) => {
  const load = async () => {
    const backbone =
      name === 'resnet18' ? resnet18() : await loadBackbone(name.endsWith('.onnx') ? imported(name) : name)
    return { backbone, size: given || backbone.inputSize }
  }

  it('is explained behind a head on several layers', async () => {
    const { backbone, size } = await load()
    const spec = several(backbone)
    const head = linearHead(featureWidth(backbone, spec, size), labels.length)
    await expectExplained(await classifierOf(backbone, size, spec, head), size)
  })

  it('is explained behind a hidden layer on the last one, also in 16 bits', async () => {
    const { backbone, size } = await load()
    const spec = last(backbone)
    const head = fastaiHead(featureWidth(backbone, spec, size), labels.length)
    const graph = await classifierOf(backbone, size, spec, head)
    await expectExplained(graph, size)
    await expectExplained(withHalves(graph).graph, size)
  })
})

const noMaps = /^its verdict does not come of maps alone, but by way of "/

it.each([
  ['vit-torchscript.onnx', 0, noMaps],
  ['vit-dynamo.onnx', 0, noMaps],
  ['vit-mean-dynamo.onnx', 0, noMaps],
  ['hidden-state-torchscript.onnx', 0, noMaps],
  ['test/fixtures/exported/transformer-dynamo.onnx', 32, noMaps],
])('%s says why it is not', async (name, given, why) => {
  const backbone = await loadBackbone(imported(name))
  const size = given || backbone.inputSize
  const spec = last(backbone)
  const head = linearHead(featureWidth(backbone, spec, size), labels.length)
  const explained = withExplanation(await classifierOf(backbone, size, spec, head))
  expect(explained).toEqual({ why: expect.stringMatching(why) })
})
