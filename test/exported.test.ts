// Networks as PyTorch's exporters write them: read, differentiated and fine-tuned. Files and exact gradients are made by
// scripts/fixtures/exported.py.
import { describe, expect, it } from 'vitest'
import { crossEntropy, differentiate, expandComposites, sgd, trainingStep } from '../src/autodiff/index.js'
import { asFloat32, float32, scalar, type Tensor } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { type Graph, GraphBuilder, model, type Value } from '../src/onnx/index.js'
import { type Exported, exportedNames, readExported, withInputs } from './support/exported.js'

/** Runs a graph of ours on the engine, in portable ONNX. */
async function open(graph: Graph): Promise<Session> {
  return Session.open(model(expandComposites(graph)), { threads: 1 })
}

function lossOf(b: GraphBuilder, { graph, image, targets }: Exported, bound: readonly Value[] = []) {
  const bindings = new Map<Value, Value>(bound.map(name => [name, name]))
  bindings.set('image', b.input('image', 'float32', image.shape))
  const outputs = b.append(withInputs(graph, bound), bindings)
  const wanted = b.input('targets', 'float32', targets.shape)
  return { loss: crossEntropy(b, outputs.get('logits') ?? '', wanted), outputs }
}

describe.each(exportedNames)('%s', name => {
  const exported = readExported(name)
  const { stored, image, targets, grads, carried } = exported

  it('has gradients that agree with float64 PyTorch for all weights', async () => {
    const b = new GraphBuilder('gradients')
    const { loss, outputs } = lossOf(b, exported)
    for (const [value, grad] of differentiate(b, loss, [...grads.keys()])) b.output(grad, `grad.${value}`)
    b.output(loss, 'loss')
    for (const [statistic, after] of carried) b.output(outputs.get(after) ?? '', `next.${statistic}`)
    const session = await open(b.build())
    const results = await session.run({ image, targets })
    await session.close()
    expect(Number(results.loss.data[0])).toBeCloseTo(stored.loss, 5)
    const errors = Array.from(grads, ([value, exact]) => {
      const actual = asFloat32(results[`grad.${value}`], value).data
      return { value, error: worst(actual, exact, stored.floor) }
    })
    expect(errors.length).toBeGreaterThan(25)
    expect(errors.filter(({ error }) => !(error < 1e-4))).toEqual([])
    expect([...carried.keys()].sort()).toEqual(Object.keys(stored.statistics).sort())
    for (const [statistic, expected] of Object.entries(stored.statistics)) {
      const { data } = asFloat32(results[`next.${statistic}`], statistic)
      expect(worst(data, Float32Array.from(expected), 0), statistic).toBeLessThan(1e-5)
    }
  })

  it('learns: a few steps over all weights lower the loss', async () => {
    const b = new GraphBuilder('step')
    const names = [...grads.keys(), ...carried.keys()]
    for (const weight of names) b.input(weight, 'float32', weights(exported, weight).shape)
    const rate = b.input('rate', 'float32', [])
    const { loss, outputs } = lossOf(b, exported, names)
    const step = trainingStep(b, {
      loss,
      parameters: new Map(Array.from(grads.keys(), weight => [weight, rate])),
      optimizer: sgd({ momentum: 0.5 }),
      carried: new Map(Array.from(carried, ([statistic, after]) => [statistic, outputs.get(after) ?? ''])),
      maxNorm: 1,
    })
    const session = await open(step.graph)
    let state: Record<string, Tensor> = {
      ...Object.fromEntries(names.map(weight => [weight, weights(exported, weight)])),
      ...Object.fromEntries(step.slots),
    }
    const losses: number[] = []
    for (let i = 1; i <= 8; i++) {
      const results = await session.run({ ...state, image, targets, rate: scalar(0.05), step: scalar(i) })
      losses.push(Number(results.loss.data[0]))
      state = Object.fromEntries(step.state.map(value => [value, results[`next.${value}`]]))
    }
    await session.close()
    expect(losses[0]).toBeCloseTo(stored.loss, 5)
    expect(losses[7]).toBeLessThan(0.9 * losses[0])
    for (const weight of grads.keys())
      expect(state[weight].data, weight).not.toEqual(weights(exported, weight).data)
  })
})

describe('a file with an operator that has no rule', () => {
  it('names it, with its node and what to do, where a trained weight lies before it', () => {
    const b = new GraphBuilder('warped')
    const weight = b.initializer('conv.weight', float32(new Float32Array(27).fill(0.1), [1, 3, 3, 3]))
    const map = b.op('Conv', [b.input('image', 'float32', [2, 3, 8, 8]), weight])
    const warped = b.op('GridSample', [map, b.input('grid', 'float32', [2, 6, 6, 2])], {}, 'warp')
    const rows = b.op('Flatten', [warped])
    const last = b.initializer('fc.weight', float32(new Float32Array(72).fill(0.1), [36, 2]))
    const loss = b.op('ReduceMean', [b.op('MatMul', [rows, last])], { keepdims: 0 })
    expect(() => differentiate(b, loss, [weight, last])).toThrow(
      /Cannot differentiate GridSample node warp: there is no gradient rule for it yet\. Keep the layers .* frozen/,
    )
    // Frozen up to there, the rest learns.
    expect([...differentiate(b, loss, [last]).keys()]).toEqual(['fc.weight'])
  })
})

function weights({ graph }: Exported, name: Value): Tensor<'float32'> {
  return asFloat32(graph.initializers.get(name), name)
}

/** The largest difference over the largest number expected, or over the floor. */
function worst(actual: Float32Array, expected: Float32Array, floor: number): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), floor)
  const off = Array.from(expected, (value, i) => Math.abs(actual[i] - value) / scale)
  // NaN must not look small.
  return off.reduce((a, b) => (a >= b ? a : b), 0)
}
