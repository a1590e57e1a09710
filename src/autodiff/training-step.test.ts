import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { expectClose, readFixture, type Stored, toFloat32 } from '../../test/support/stored.js'
import { float32, scalar, type Tensor } from '../core/index.js'
import { type Dim, GraphBuilder, type Value } from '../onnx/index.js'
import {
  adamw,
  batchNorm,
  crossEntropy,
  differentiate,
  dropout,
  type Optimizer,
  sgd,
  trainingStep,
} from './index.js'

interface Step {
  readonly logits: Stored
  readonly loss: number
  readonly grads: Record<string, Stored>
  readonly parameters: Record<string, Stored>
  readonly running: Stored[]
}

interface Fixture {
  readonly features: Stored
  readonly targets: Stored
  readonly classWeights: number[]
  readonly parameters: Record<string, Stored>
  readonly uniforms: Stored[][]
  readonly steps: Step[]
}

const read = (name: string) =>
  readFixture<Fixture>(new URL(`fixtures/head-${name}.fixture.json`, import.meta.url))
const statistics = ['norm1.mean', 'norm1.variance', 'norm2.mean', 'norm2.variance']

/** Max and average pooling, batch norm, dropout, linear, ReLU, batch norm, dropout, linear, cross-entropy. */
function headGraph(fixture: Fixture, batch: Dim) {
  const builder = new GraphBuilder('head')
  const input = (name: string, shape: readonly Dim[]) => builder.input(name, 'float32', shape)
  const features = input('features', [batch, ...fixture.features.shape.slice(1)])
  const targets = input('targets', [batch, 3])
  const uniforms = [input('uniform1', [batch, 8]), input('uniform2', [batch, 5])]
  for (const [name, { shape }] of Object.entries(fixture.parameters)) input(name, shape)
  for (const name of statistics) input(name, [name.startsWith('norm1') ? 8 : 5])
  const carried = new Map<Value, Value>()
  const norm = (name: string, x: Value) => {
    const [scale, bias, mean, variance] = ['scale', 'bias', 'mean', 'variance'].map(part => `${name}.${part}`)
    const result = batchNorm(builder, { x, scale, bias, mean, variance })
    carried.set(mean, result.mean).set(variance, result.variance)
    return result.y
  }
  const linear = (name: string, x: Value) =>
    builder.op('Gemm', [x, `${name}.weight`, `${name}.bias`], { transB: 1 })
  const pools = [builder.op('GlobalMaxPool', [features]), builder.op('GlobalAveragePool', [features])]
  const pooled = builder.op('Flatten', [builder.op('Concat', pools, { axis: 1 })])
  const first = dropout(builder, norm('norm1', pooled), uniforms[0], 0.25)
  const hidden = builder.op('Relu', [linear('linear1', first)])
  const second = dropout(builder, norm('norm2', hidden), uniforms[1], 0.5)
  const logits = linear('linear2', second)
  const { classWeights } = fixture
  const loss = crossEntropy(builder, logits, targets, { labelSmoothing: 0.1, classWeights })
  return { builder, features, logits, loss, carried }
}

function stepFeeds(fixture: Fixture, step: number): Record<string, Tensor> {
  const [uniform1, uniform2] = fixture.uniforms[step].map(toFloat32)
  return { features: toFloat32(fixture.features), targets: toFloat32(fixture.targets), uniform1, uniform2 }
}

const initialState = (fixture: Fixture): [string, Tensor][] => [
  ...Object.entries(fixture.parameters).map(([name, stored]): [string, Tensor] => [name, toFloat32(stored)]),
  ...statistics.map((name): [string, Tensor] => {
    const width = name.startsWith('norm1') ? 8 : 5
    return [name, float32(Array(width).fill(name.endsWith('variance') ? 1 : 0))]
  }),
]

describe('the gradients of a classification head', () => {
  it.each([6, 'batch'])('agree with PyTorch for a batch of %s, every one of them', async batch => {
    const fixture = read('sgd')
    const { builder, loss, logits } = headGraph(fixture, batch)
    const stored = fixture.steps[0]
    const grads = differentiate(builder, loss, Object.keys(stored.grads))
    builder.output(loss, 'loss')
    builder.output(logits, 'logits')
    for (const [name, grad] of grads) builder.output(grad, `d.${name}`)
    const feeds = { ...Object.fromEntries(initialState(fixture)), ...stepFeeds(fixture, 0) }
    const results = await evaluateGraph(builder.build(), feeds)
    expect(Number(results.loss.data[0])).toBeCloseTo(stored.loss, 5)
    expectClose(results.logits, stored.logits, 3e-6, 'logits')
    // Gradients that cancel to nothing, as of a bias before batch norm, are held against the size of the others.
    for (const [name, grad] of Object.entries(stored.grads))
      expectClose(results[`d.${name}`], grad, 2e-5, `gradient of ${name}`, 0.05)
  })
})

describe('trainingStep', () => {
  const optimizers: Record<string, Optimizer> = {
    sgd: sgd({ momentum: 0.9, weightDecay: 0.01 }),
    adamw: adamw({ weightDecay: 0.05, epsilon: 1e-4 }),
  }

  it.each(Object.entries(optimizers))(
    'with %s agrees with PyTorch over three steps',
    async (name, optimizer) => {
      const fixture = read(name)
      const { builder, loss, carried } = headGraph(fixture, 6)
      const [slow, fast] = ['rate.slow', 'rate.fast'].map(rate => builder.input(rate, 'float32', []))
      const rates = Object.keys(fixture.parameters).map((parameter, i): [Value, Value] => [
        parameter,
        i < 4 ? slow : fast,
      ])
      const step = trainingStep(builder, { loss, parameters: new Map(rates), optimizer, carried })
      let state = new Map([...initialState(fixture), ...step.slots])
      expect([...state.keys()].sort()).toEqual([...step.state].sort())
      for (const [i, stored] of fixture.steps.entries()) {
        const results = await evaluateGraph(step.graph, {
          ...Object.fromEntries(state),
          ...stepFeeds(fixture, i),
          'rate.slow': scalar(0.01),
          'rate.fast': scalar(0.05),
          step: scalar(i + 1),
        })
        state = new Map(step.state.map(input => [input, results[`next.${input}`]]))
        expect(Number(results.loss.data[0]), `loss of step ${i + 1}`).toBeCloseTo(stored.loss, 4)
        for (const [parameter, expected] of Object.entries(stored.parameters))
          expectClose(state.get(parameter), expected, 1e-4, `${parameter} after step ${i + 1}`)
        for (const [j, expected] of stored.running.entries())
          expectClose(state.get(statistics[j]), expected, 1e-5, `${statistics[j]} after step ${i + 1}`)
      }
    },
  )

  function linear() {
    const builder = new GraphBuilder('linear')
    const x = builder.input('x', 'float32', ['batch', 2])
    const w = builder.input('w', 'float32', [2, 1])
    const b = builder.input('b', 'float32', [1])
    const rate = builder.input('rate', 'float32', [])
    const loss = builder.op('ReduceMean', [builder.op('Gemm', [x, w, b])], { keepdims: 0 })
    return { builder, x, w, b, rate, loss }
  }

  it('clips by the joint norm and gives the norm before', async () => {
    const { builder, w, b, rate, loss } = linear()
    const parameters = new Map([w, b].map(name => [name, rate]))
    const { graph, slots } = trainingStep(builder, { loss, parameters, optimizer: sgd(), maxNorm: 1 })
    expect(slots.size).toBe(0)
    const feeds = { x: float32([2, 2], [1, 2]), w: float32([0, 0], [2, 1]), b: float32([0]), rate: scalar(3) }
    const results = await evaluateGraph(graph, { ...feeds, step: scalar(1) })
    // The gradient is (2, 2, 1) of length 3, scaled to length 1, times the rate of 3.
    expect(Number(results.gradNorm.data[0])).toBeCloseTo(3, 5)
    expectClose(results['next.w'], { shape: [2, 1], data: [-2, -2] }, 1e-5, 'w')
    expectClose(results['next.b'], { shape: [1], data: [-1] }, 1e-5, 'b')
  })

  it('takes an optimiser for each parameter', () => {
    const { builder, w, b, rate, loss } = linear()
    const parameters = new Map([w, b].map(name => [name, rate]))
    const optimizer = (name: Value) => (name === b ? sgd() : adamw())
    const { slots, graph } = trainingStep(builder, { loss, parameters, optimizer })
    expect([...slots.keys()]).toEqual(['w.average', 'w.square'])
    expect([...graph.outputs.keys()]).toEqual(['loss', 'next.w', 'next.w.average', 'next.w.square', 'next.b'])
  })

  it('adds gradients up over several steps, and moves as for their mean', async () => {
    const rounds = 3
    const xs = [float32([1, 5], [1, 2]), float32([3, -2], [1, 2]), float32([4, 4], [1, 2])]
    const whole = float32(
      xs.flatMap(({ data }) => [...data]),
      [3, 2],
    )
    const run = async (batches: readonly Tensor[], accumulate: number | undefined) => {
      const { builder, w, rate, loss } = linear()
      const optimizer = adamw({ weightDecay: 0.1 })
      const parameters = new Map([[w, rate]])
      const options = { loss, parameters, optimizer, accumulate, maxNorm: 2, averageDecay: 0.5 }
      const { graph, slots, state, averages } = trainingStep(builder, options)
      expect([...averages]).toEqual([['w', 'w.ema']])
      const start = float32([0.5, -0.5], [2, 1])
      let now = new Map<string, Tensor>([...slots, [w, start], ['w.ema', start]])
      for (const [i, x] of batches.entries()) {
        const before = now.get(w)
        const feeds = {
          x,
          b: float32([0]),
          rate: scalar(0.1),
          step: scalar(i + 1),
          ...Object.fromEntries(now),
        }
        const results = await evaluateGraph(graph, feeds)
        now = new Map(state.map(name => [name, results[`next.${name}`]]))
        if (accumulate !== undefined && (i + 1) % accumulate !== 0) expect(now.get(w)).toEqual(before)
      }
      return now
    }
    const large = await run([whole, whole], undefined)
    const small = await run([...xs, ...xs], rounds)
    for (const [name, { shape, data }] of large)
      expectClose(small.get(name), { shape: [...shape], data: Array.from(data, Number) }, 1e-6, name)
    expect(small.get('w.sum')?.data).toEqual(new Float32Array(2))
    expect(large.get('w.ema')).not.toEqual(large.get('w'))
  })

  it('keeps a moving average of what it trains', async () => {
    const { builder, w, rate, loss } = linear()
    const parameters = new Map([[w, rate]])
    const { graph } = trainingStep(builder, { loss, parameters, optimizer: sgd(), averageDecay: 0.75 })
    const feeds = { x: float32([4, 8], [1, 2]), b: float32([0]), rate: scalar(1), step: scalar(1) }
    const start = { w: float32([1, 1], [2, 1]), 'w.ema': float32([3, -1], [2, 1]) }
    const results = await evaluateGraph(graph, { ...feeds, ...start })
    expect(results['next.w'].data).toEqual(Float32Array.of(-3, -7))
    expect(results['next.w.ema'].data).toEqual(Float32Array.of(1.5, -2.5))
  })

  it.each([{ accumulate: 0 }, { accumulate: 1.5 }, { averageDecay: 1 }, { averageDecay: -0.1 }])(
    'refuses %o',
    options => {
      const { builder, w, rate, loss } = linear()
      const parameters = new Map([[w, rate]])
      expect(() => trainingStep(builder, { loss, parameters, optimizer: sgd(), ...options })).toThrow(
        new RegExp(`${Object.keys(options)[0]} must be`),
      )
    },
  )

  it('refuses to train what is no float32 input of fixed shape', () => {
    const { builder, x, rate, loss } = linear()
    const train = (name: Value) =>
      trainingStep(builder, { loss, parameters: new Map([[name, rate]]), optimizer: sgd() })
    expect(() => train(loss)).toThrow(/must be a float32 input/)
    expect(() => train(x)).toThrow(/dimension 0 of x must be a fixed number/)
    expect(() => train('nothing')).toThrow(/there is no value nothing/)
  })
})
