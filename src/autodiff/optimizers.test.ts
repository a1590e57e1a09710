import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { expectClose, readFixture, type Stored, toFloat32 } from '../../test/support/stored.js'
import { float32, scalar, type Tensor } from '../core/index.js'
import { GraphBuilder } from '../onnx/index.js'
import { adamw, clipByGlobalNorm, type Optimizer, sgd } from './index.js'

interface Fixture {
  readonly initial: Stored
  readonly grads: Stored[]
  readonly rates: number[]
  readonly steps: Record<string, number[][]>
  readonly clip: {
    readonly grads: Stored[]
    readonly cases: { readonly limit: number; readonly norm: number; readonly clipped: Stored[] }[]
  }
}

const fixture = readFixture<Fixture>(new URL('fixtures/optimizers.fixture.json', import.meta.url))

const optimizers: Record<string, Optimizer> = {
  sgd: sgd(),
  'sgd with momentum and weight decay': sgd({ momentum: 0.9, weightDecay: 0.01 }),
  'sgd with nesterov momentum': sgd({ momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
  adamw: adamw(),
  'adamw with other betas': adamw({ beta1: 0.8, beta2: 0.95, epsilon: 1e-5, weightDecay: 0.3 }),
}

/** One step as a graph, with everything an input. */
function stepGraph(optimizer: Optimizer, shape: readonly number[]) {
  const builder = new GraphBuilder(optimizer.name)
  const [parameter, grad] = ['parameter', 'grad'].map(name => builder.input(name, 'float32', shape))
  const [rate, step] = ['rate', 'step'].map(name => builder.input(name, 'float32', []))
  const slotNames = Object.keys(optimizer.slots(shape))
  const slots = Object.fromEntries(slotNames.map(name => [name, builder.input(name, 'float32', shape)]))
  const updated = optimizer.update(builder, { parameter, grad, rate, step, slots })
  builder.output(updated.parameter, 'next')
  for (const [name, value] of Object.entries(updated.slots)) builder.output(value, `next.${name}`)
  return { graph: builder.build(), slotNames }
}

describe('optimisers as graphs', () => {
  it('has one for every stored run', () => {
    expect(Object.keys(optimizers).sort()).toEqual(Object.keys(fixture.steps).sort())
  })

  it.each(Object.entries(optimizers))('%s agrees with PyTorch over ten steps', async (name, optimizer) => {
    const { shape } = fixture.initial
    const { graph, slotNames } = stepGraph(optimizer, shape)
    let state: Record<string, Tensor> = { parameter: toFloat32(fixture.initial), ...optimizer.slots(shape) }
    for (const [i, grad] of fixture.grads.entries()) {
      const given = { grad: toFloat32(grad), rate: scalar(fixture.rates[i]), step: scalar(i + 1) }
      const results = await evaluateGraph(graph, { ...state, ...given })
      const slots = slotNames.map(slot => [slot, results[`next.${slot}`]])
      state = { parameter: results.next, ...Object.fromEntries(slots) }
      expectClose(results.next, { shape, data: fixture.steps[name][i] }, 2e-6, `step ${i + 1}`)
    }
  })

  it('adamw corrects its averages at the first step and at the ten thousandth', async () => {
    const { graph } = stepGraph(adamw({ weightDecay: 0 }), [1])
    const zero = float32([0])
    const run = (step: number, average: number, square: number) =>
      evaluateGraph(graph, {
        parameter: zero,
        grad: float32([0.25]),
        rate: scalar(1),
        step: scalar(step),
        average: float32([average]),
        square: float32([square]),
      })
    // With a constant gradient the corrected step is the rate itself, whatever the step. Slots are sums.
    expect(Math.abs(Number((await run(1, 0, 0)).next.data[0]) + 1)).toBeLessThan(1e-6)
    expect(Math.abs(Number((await run(10_000, 2.5, 62.5)).next.data[0]) + 1)).toBeLessThan(3e-5)
  })

  it('refuses options out of range, by name', () => {
    expect(() => sgd({ momentum: 1 })).toThrow(/momentum must be from 0/)
    expect(() => sgd({ nesterov: true })).toThrow(/momentum must be greater than 0 with nesterov/)
    expect(() => sgd({ weightDecay: -1 })).toThrow(/weightDecay/)
    expect(() => adamw({ beta2: 1 })).toThrow(/beta2/)
    expect(() => adamw({ epsilon: Number.NaN })).toThrow(/epsilon/)
  })
})

describe('clipByGlobalNorm', () => {
  it.each(fixture.clip.cases)(
    'agrees with PyTorch for a limit of $limit',
    async ({ limit, norm, clipped }) => {
      const builder = new GraphBuilder('clip')
      const [first, second] = fixture.clip.grads.map((grad, i) =>
        builder.input(`g${i}`, 'float32', grad.shape),
      )
      const result = clipByGlobalNorm(builder, [first, second], limit)
      builder.output(result.norm, 'norm')
      for (const [i, grad] of result.grads.entries()) builder.output(grad, `clipped${i}`)
      const feeds = fixture.clip.grads.map((grad, i) => [`g${i}`, toFloat32(grad)])
      const results = await evaluateGraph(builder.build(), Object.fromEntries(feeds))
      expect(Number(results.norm.data[0])).toBeCloseTo(norm, 5)
      for (const [i, stored] of clipped.entries())
        expectClose(results[`clipped${i}`], stored, 1e-6, `gradient ${i}`)
    },
  )

  it('leaves gradients of zero alone, and refuses a limit that is none', async () => {
    const builder = new GraphBuilder('zero')
    const { grads } = clipByGlobalNorm(builder, [builder.input('g', 'float32', [2])], 1)
    builder.output(grads[0], 'clipped')
    const { clipped } = await evaluateGraph(builder.build(), { g: float32([0, 0]) })
    expect(Array.from(clipped.data, Number)).toEqual([0, 0])
    expect(() => clipByGlobalNorm(builder, ['g'], 0)).toThrow(/maxNorm must be greater than 0/)
  })
})
