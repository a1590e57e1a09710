// What is made here runs in a browser: the model with the same answers, and a step of training with the same outcome.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  crossEntropy,
  expandComposites,
  sgd,
  type TrainingStep,
  trainingStep,
} from '../src/autodiff/index.js'
import { loadBackbone } from '../src/backbones/index.js'
import { asFloat32, float32, RandomStream, scalar, type Tensor, uint8 } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { withExplanation } from '../src/explain/index.js'
import { decode, renderView } from '../src/images/index.js'
import { ImageData, Learner } from '../src/index.js'
import {
  foldBatchNorm,
  GraphBuilder,
  lowestModel,
  model,
  readModel,
  upgradeModel,
  type Value,
  writeModel,
} from '../src/onnx/index.js'
import { Predictor } from '../src/predict/index.js'
import { parseModelMetadata } from '../src/run/index.js'
import { BrowserRuntime, noBrowser, unless } from './support/browser.js'
import { withInputs } from './support/exported.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

describe.skipIf(noBrowser)(unless(noBrowser, 'in Chromium, by onnxruntime-web'), () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-web-'))
  let browser: BrowserRuntime

  beforeAll(async () => {
    browser = await BrowserRuntime.open()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('a trained model answers its golden photos as it says, and says why', async () => {
    const size = 64
    const photos = path.join(folder, 'photos')
    writeTree({ ...(await drawings('ball', 'ball', 8)), ...(await drawings('wave', 'wave', 8)) }, photos)
    const learn = await Learner.pretrained(
      'efficientnet-lite0',
      await ImageData.fromFolder(photos, { size, batchSize: 4 }),
    )
    await learn.fit(0.01, 2)
    const file = path.join(folder, 'model.onnx')
    await learn.save(file)
    await learn.close()

    const bytes = new Uint8Array(readFileSync(file))
    const { golden, view } = parseModelMetadata(readModel(bytes, file).metadata, file)
    expect(golden).toHaveLength(2)
    for (const { png, probabilities } of golden) {
      const pixels = renderView(await decode(png, { name: 'golden', shortSide: size }), view)
      const results = await browser.run(bytes, { pixels: uint8(pixels, [1, size, size, 3]) })
      const found = asFloat32(results.probabilities, 'probabilities').data
      expect(found).toHaveLength(probabilities.length)
      for (const [i, probability] of probabilities.entries())
        expect(Math.abs(found[i] - probability)).toBeLessThan(1e-4)
    }

    // And with one more output it says why, as it does here.
    const explained = withExplanation(upgradeModel(readModel(bytes, file)).graph)
    if ('why' in explained) throw new Error(explained.why)
    const predictor = await Predictor.open(file, { threads: 1 })
    const pixels = renderView(await decode(golden[0].png, { name: 'golden', shortSide: size }), view)
    const here = await predictor.explainView(pixels)
    await predictor.close()
    const there = await browser.run(writeModel(lowestModel(explained)), {
      pixels: uint8(pixels, [1, size, size, 3]),
    })
    expect(there.why.shape).toEqual([1, here.height, here.width])
    const scale = Math.max(...here.values.map(Math.abs))
    for (const [i, value] of here.values.entries())
      expect(Math.abs(Number(there.why.data[i]) - value) / scale).toBeLessThan(1e-3)
    expect(browser.complaints).toEqual([])
  })

  it('a training step over the whole embedded network gives the same loss and the same weights', async () => {
    const { step, feeds } = await wholeStep()
    const plain = model(expandComposites(step.graph))
    const session = await Session.open(plain, { threads: 1 })
    const expected = await session.run(feeds)
    await session.close()
    const found = await browser.run(writeModel(plain), feeds)
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort())
    expect(Number(found.loss.data[0])).toBeCloseTo(Number(expected.loss.data[0]), 5)
    const weights = step.state.filter(name => !step.slots.has(name))
    expect(weights.length).toBeGreaterThan(140)
    const errors = weights.map(name => {
      const [before, here, there] = [feeds[name], expected[`next.${name}`], found[`next.${name}`]]
      const off = largest(here, there)
      return { name, ofWeight: off / largest(here, zerosLike(here)), ofMove: off / largest(before, here) }
    })
    expect(errors.filter(({ ofWeight }) => !(ofWeight < 1e-3))).toEqual([])
    // How far a weight went: a mask that falls the other way in float32 changes a few of them a little.
    const moves = errors.map(({ ofMove }) => ofMove).sort((a, b) => a - b)
    expect(moves[Math.floor(moves.length / 2)]).toBeLessThan(1e-3)
    expect(moves.at(-1)).toBeLessThan(0.1)
  })
})

/** One step of all weights of the embedded backbone and a linear head, and what to feed it. */
async function wholeStep(): Promise<{ step: TrainingStep; feeds: Record<string, Tensor> }> {
  const [size, batch, classes] = [64, 2, 3]
  const random = RandomStream.fromSeed(7)
  const normal = (shape: number[], scale: number) =>
    float32(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * random.normal()),
      shape,
    )
  const backbone = await loadBackbone('efficientnet-lite0')
  const network = backbone.network({ size, batch, layers: ['head'] })
  const names = backbone.groups
    .flatMap(group => group.parameters)
    .filter(name => network.initializers.has(name))
  const b = new GraphBuilder('step')
  const feeds: Record<string, Tensor> = {
    image: normal([batch, 3, size, size], 1),
    targets: float32([1, 0, 0, 0, 0, 1], [batch, classes]),
    rate: scalar(0.01),
    step: scalar(1),
  }
  const weights: [Value, Tensor<'float32'>][] = names.map(name => [
    name,
    asFloat32(network.initializers.get(name), name),
  ])
  const image = b.input('image', 'float32', [batch, 3, size, size])
  const targets = b.input('targets', 'float32', [batch, classes])
  const rate = b.input('rate', 'float32', [])
  for (const [name, { shape }] of weights) b.input(name, 'float32', shape)
  const bindings = new Map<Value, Value>([
    ['image', image],
    ...names.map((name): [Value, Value] => [name, name]),
  ])
  const map = b.append(foldBatchNorm(withInputs(network, names)), bindings).get('head') ?? ''
  const features = b.op('Flatten', [b.op('GlobalAveragePool', [map])])
  const last = normal([classes, b.staticShape(features)[1]], 0.05)
  const logits = b.op('Gemm', [features, b.input('classifier', 'float32', last.shape)], { transB: 1 })
  weights.push(['classifier', last])
  const step = trainingStep(b, {
    loss: crossEntropy(b, logits, targets),
    parameters: new Map(weights.map(([name]) => [name, rate])),
    optimizer: sgd({ momentum: 0.9 }),
  })
  return { step, feeds: { ...feeds, ...Object.fromEntries(weights), ...Object.fromEntries(step.slots) } }
}

function zerosLike({ shape, data }: Tensor): Tensor<'float32'> {
  return float32(new Float32Array(data.length), shape)
}

/** The largest difference between elements; NaN counts as larger than any. */
function largest(a: Tensor, b: Tensor): number {
  const [from, to] = [a, b].map(tensor => asFloat32(tensor, 'a weight').data)
  return from.reduce(
    (most, value, i) => (Math.abs(value - to[i]) <= most ? most : Math.abs(value - to[i])),
    0,
  )
}
