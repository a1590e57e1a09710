import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { checkMany, type GradientCase } from '../../test/support/gradient-case.js'
import { expectClose, readFixture, type Stored, toFloat32 } from '../../test/support/stored.js'
import { float32 } from '../core/index.js'
import { type Graph, GraphBuilder, type Value } from '../onnx/index.js'
import { checkGradients } from './check.js'
import { Emitter } from './emit.js'
import { differentiate, gradients, sgd, trainBatchNorm, trainingStep } from './index.js'

interface StoredRun {
  readonly x: Stored
  readonly weights: Stored
  readonly before: Record<string, Stored>
  readonly output: Stored
  readonly grads: Record<string, Stored>
  readonly after: Record<string, Stored>
}

const stored = readFixture<Record<'all' | 'last', StoredRun>>(
  new URL('fixtures/train-batch-norm.fixture.json', import.meta.url),
)

const normInputs = (name: string) =>
  ['weight', 'bias', 'running_mean', 'running_var'].map(part => `${name}.${part}`)

/** The network of scripts/fixtures/autodiff.py, in evaluation mode. */
function network({ x, before }: StoredRun): Graph {
  const b = new GraphBuilder('normalised')
  const image = b.input('x', 'float32', x.shape)
  for (const [name, value] of Object.entries(before)) b.initializer(name, toFloat32(value))
  const first = b.op('Conv', [image, 'conv1.weight'], { pads: [1, 1, 1, 1] })
  const inner = b.op('Tanh', [b.op('BatchNormalization', [first, ...normInputs('bn1')])])
  const second = b.op('Conv', [inner, 'conv2.weight'])
  const options = { epsilon: 1e-3, momentum: 0.7 }
  b.output(b.op('BatchNormalization', [second, ...normInputs('bn2')], options), 'y')
  return b.build()
}

/** The gradients of the weighted sum of what the network gives, and its running statistics afterwards. */
async function run(given: StoredRun, graph: Graph, carried: ReadonlyMap<Value, Value>) {
  const b = new GraphBuilder('gradients')
  const e = new Emitter(b)
  const x = b.input('x', 'float32', given.x.shape)
  const outputs = b.append(graph, new Map([['x', x]]))
  const weighted = e.mul(outputs.get('y') ?? '', b.constant(toFloat32(given.weights)))
  const grads = differentiate(b, e.reduceSum(weighted, undefined, false), Object.keys(given.grads))
  for (const [value, grad] of grads) b.output(grad, `grad.${value}`)
  b.output(outputs.get('y') ?? '', 'y')
  for (const [statistic, after] of carried) b.output(outputs.get(after) ?? '', `next.${statistic}`)
  return evaluateGraph(b.build(), { x: toFloat32(given.x) })
}

describe('trainBatchNorm', () => {
  it.each([
    ['all', undefined],
    ['last', ['bn2.weight', 'fc.bias']],
  ] as const)('agrees with PyTorch: %s in training mode', async (name, which) => {
    const given = stored[name]
    const { graph, carried } = trainBatchNorm(network(given), which)
    const norms = name === 'all' ? ['bn1', 'bn2'] : ['bn2']
    const statistics = norms.flatMap(norm => [`${norm}.running_mean`, `${norm}.running_var`])
    expect([...carried.keys()]).toEqual(statistics)
    const results = await run(given, graph, carried)
    expectClose(results.y, given.output, 1e-6, 'y')
    for (const [value, grad] of Object.entries(given.grads))
      expectClose(results[`grad.${value}`], grad, 2e-5, value, 0.1)
    for (const statistic of statistics)
      expectClose(results[`next.${statistic}`], given.after[statistic], 1e-6, statistic)
  })

  it('takes a test of nodes, and leaves a graph without any as it is', () => {
    const graph = network(stored.all)
    const first = trainBatchNorm(graph, norm => norm.inputs.includes('bn1.bias'))
    expect([...first.carried.keys()]).toEqual(['bn1.running_mean', 'bn1.running_var'])
    expect(trainBatchNorm(graph, [])).toEqual({ graph, carried: new Map() })
  })

  it('turns nodes that say so themselves, and gives their statistics under the names they have', async () => {
    const b = new GraphBuilder('said')
    const [x, ...rest] = ['x', 's', 'b', 'm', 'v'].map(name =>
      b.input(name, 'float32', name === 'x' ? [4, 1] : [1]),
    )
    const [y, mean, variance] = b.ops('BatchNormalization', [x, ...rest], { training_mode: 1, epsilon: 0 }, 3)
    b.output(y, 'y')
    b.output(mean, 'mean')
    b.output(variance, 'variance')
    const { graph, carried } = trainBatchNorm(b.build(), [])
    expect(carried).toEqual(
      new Map([
        ['m', 'after.m'],
        ['v', 'after.v'],
      ]),
    )
    const feeds = { s: [2], b: [1], m: [10], v: [1] }
    const results = await evaluateGraph(graph, {
      x: float32([1, 3, 1, 3], [4, 1]),
      ...Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, float32(values)])),
    })
    expect(Array.from(results.y.data, Number)).toEqual([-1, 3, -1, 3])
    // 0.9 of what was, and 0.1 of the batch's mean 2 and unbiased variance 4/3.
    expect(Number(results.mean.data[0])).toBeCloseTo(9.2, 5)
    expect(Number(results.variance.data[0])).toBeCloseTo(0.9 + 0.4 / 3, 5)
    expect(results['after.m'].data).toEqual(results.mean.data)
  })

  it('updates statistics that two norms share twice', async () => {
    const b = new GraphBuilder('twins')
    const norm = (x: Value) => b.op('BatchNormalization', [x, 's', 'b', 'm', 'v'])
    const inputs = ['p', 'q'].map(name => b.input(name, 'float32', [2, 1]))
    for (const name of ['s', 'b', 'm', 'v']) b.input(name, 'float32', [1])
    b.output(b.op('Add', [norm(inputs[0]), norm(inputs[1])]), 'y')
    const { graph, carried } = trainBatchNorm(b.build())
    expect([...carried.keys()]).toEqual(['m', 'v'])
    const one = float32([1])
    const results = await evaluateGraph(graph, {
      ...{ s: one, b: one, m: one, v: one },
      ...{ p: float32([0, 20], [2, 1]), q: float32([0, 40], [2, 1]) },
    })
    expect(Number(results['after.m'].data[0])).toBeCloseTo(0.9 * (0.9 + 1) + 2, 5)
  })

  it('keeps its digits where the mean is far larger than the deviation', async () => {
    const b = new GraphBuilder('far')
    const x = b.input('x', 'float32', [4, 1, 1, 2])
    for (const name of ['s', 'b', 'm', 'v']) b.initializer(name, float32([1]))
    b.output(b.op('BatchNormalization', [x, 's', 'b', 'm', 'v'], { epsilon: 0 }), 'y')
    const { graph } = trainBatchNorm(b.build())
    const far = float32([4096, 4097, 4098, 4099, 4096, 4097, 4098, 4099], [4, 1, 1, 2])
    const { y } = await evaluateGraph(graph, { x: far })
    const expected = [-1.5, -0.5, 0.5, 1.5].map(value => 1 + value / Math.sqrt(1.25))
    for (const [i, value] of [...expected, ...expected].entries())
      expect(Number(y.data[i])).toBeCloseTo(value, 5)
  })

  it('refuses statistics that the graph computes, naming the node', () => {
    const b = new GraphBuilder('computed')
    const x = b.input('x', 'float32', [2, 3])
    const [s, v] = ['s', 'v'].map(name => b.input(name, 'float32', [3]))
    b.output(b.op('BatchNormalization', [x, s, s, b.op('Neg', [v]), v], {}, 'norm'), 'y')
    expect(() => trainBatchNorm(b.build())).toThrow(
      /running statistics Neg of BatchNormalization node norm are computed in the graph.*evaluation mode/,
    )
  })

  it('serves a training step that carries the statistics', async () => {
    const given = stored.all
    const { graph, carried } = trainBatchNorm(network(given))
    const inputs = new Set(['conv1.weight', ...carried.keys()])
    const b = new GraphBuilder('step')
    const x = b.input('x', 'float32', given.x.shape)
    const rate = b.input('rate', 'float32', [])
    const bound = Array.from(inputs, (name): [Value, Value] => [
      name,
      b.input(name, 'float32', given.before[name].shape),
    ])
    const open = {
      ...graph,
      inputs: new Map([
        ...graph.inputs,
        ...bound.map(([name]): [Value, { dtype: 'float32'; shape: number[] }] => [
          name,
          { dtype: 'float32', shape: given.before[name].shape },
        ]),
      ]),
      initializers: new Map([...graph.initializers].filter(([name]) => !inputs.has(name))),
    }
    const outputs = b.append(open, new Map([['x', x], ...bound]))
    const next = new Map(Array.from(carried, ([name, after]) => [name, outputs.get(after) ?? '']))
    const loss = b.op('ReduceMean', [outputs.get('y') ?? ''], { keepdims: 0 })
    const step = trainingStep(b, {
      loss,
      parameters: new Map([['conv1.weight', rate]]),
      optimizer: sgd(),
      carried: next,
    })
    expect(step.state).toEqual(['conv1.weight', ...carried.keys()])
    const results = await evaluateGraph(step.graph, {
      x: toFloat32(given.x),
      rate: float32([0.1], []),
      step: float32([1], []),
      ...Object.fromEntries(Array.from(inputs, name => [name, toFloat32(given.before[name])])),
    })
    for (const statistic of carried.keys())
      expectClose(results[`next.${statistic}`], given.after[statistic], 1e-6, statistic)
  })
})

describe('batch norm in training mode', () => {
  const cases = fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
      fc.constantFrom('float32', 'float64'),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(
      ([sizes, dtype, channels]): GradientCase => ({
        inputs: [{ shape: [4, channels, ...sizes] }, { shape: [channels] }, { shape: [channels] }],
        build: (b, x) => b.ops('chiquito:BatchNormTrain', x, { epsilon: 0.01 }, 3)[0],
        dtype,
        namedBatch: channels < 4,
      }),
    )

  it('has gradients that agree with finite differences, for maps of any rank', async () => {
    await checkMany(cases, { runs: 25 })
  })

  it('is checked: forgetting that the statistics depend on the input is caught', async () => {
    const b = new GraphBuilder('wrong')
    const x = b.input('x', 'float64', [3, 2, 2])
    const one = b.constant({ dtype: 'float64', shape: [2], data: Float64Array.of(1, 1) })
    b.output(b.ops('chiquito:BatchNormTrain', [x, one, one], {}, 3)[0], 'y')
    const wrong = {
      ...gradients,
      'chiquito:BatchNormTrain': [
        ({ e, dy, y }) => e.div(dy(), e.unsqueeze(e.builder.op('Sqrt', [y(2)]), [1])),
        null,
        null,
      ],
    } satisfies typeof gradients
    const feeds = {
      x: {
        dtype: 'float64',
        shape: [3, 2, 2],
        data: Float64Array.from([1, 5, 2, 0, 3, 4, 9, 7, 1, 1, 2, 8]),
      },
    } as const
    const given = { graph: b.build(), feeds, evaluate: evaluateGraph }
    await checkGradients(given)
    await expect(checkGradients({ ...given, rules: wrong })).rejects.toThrow(/gradient for x is wrong/)
  })
})
