import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { differentiate, Emitter, expandComposites } from '../autodiff/index.js'
import { float32, RandomStream, scalar, sizeOf, type Tensor } from '../core/index.js'
import { type Graph, GraphBuilder, type Value } from '../onnx/index.js'
import { blockSize, lowerGraph } from './index.js'
import { mergeNorms } from './merge-norms.js'
import { rewriteGraph } from './rewrite.js'
import { wrongFormulations } from './self-check.js'

const block = await blockSize()

/** A tensor of normal numbers for every input of a graph. */
function draw(graph: Graph, seed: number): Record<string, Tensor> {
  const random = RandomStream.fromSeed(seed)
  return Object.fromEntries(
    Array.from(graph.inputs, ([name, { shape }]) => {
      const dims = (shape ?? []).map(Number)
      return [
        name,
        float32(
          Float32Array.from({ length: sizeOf(dims) }, () => random.normal()),
          dims,
        ),
      ]
    }),
  )
}

/** The largest difference of any output, relative to its largest value. */
async function difference(graph: Graph, lowered: Graph, seed = 1): Promise<number> {
  const feeds = draw(graph, seed)
  const [expected, actual] = [
    await evaluateGraph(expandComposites(graph), feeds),
    await evaluateGraph(lowered, feeds),
  ]
  let worst = 0
  for (const [name, { data, shape }] of Object.entries(expected)) {
    expect(actual[name]?.shape, name).toEqual(shape)
    const values = Array.from(data, Number)
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
    for (const [i, value] of values.entries()) {
      const off = Math.abs(value - Number(actual[name].data[i])) / Math.max(most, 1e-6)
      if (!(off <= worst)) worst = off
    }
  }
  return worst
}

const blockedOps = (graph: Graph) => graph.nodes.filter(node => node.domain === 'com.microsoft.nchwc')

/** A loss over some maps and its gradients for all inputs but the first. */
function withGradients(build: (b: GraphBuilder, x: Value) => Value, image: readonly number[]): Graph {
  const b = new GraphBuilder('lowered')
  const e = new Emitter(b)
  const y = build(b, b.input('x', 'float32', image))
  const weight = b.input('weight', 'float32', b.staticShape(y))
  const trained = [...b.build().inputs.keys()].filter(name => name !== 'weight')
  const grads = differentiate(b, e.reduceSum(e.mul(y, weight), undefined, false), trained)
  b.output(y, 'y')
  for (const [name, grad] of grads) b.output(grad, `grad.${name}`)
  return b.build()
}

let weights = 0
function conv(
  b: GraphBuilder,
  x: Value,
  [out, group, kernel, stride]: readonly [number, number, number, number],
  pads?: readonly number[],
): Value {
  const [, channels] = b.staticShape(x)
  const w = b.input(`w${weights++}`, 'float32', [out, channels / group, kernel, kernel])
  const bias = b.input(`b${weights++}`, 'float32', [out])
  const half = Math.floor(kernel / 2)
  return b.op('Conv', [x, w, bias], {
    group,
    strides: [stride, stride],
    pads: pads ?? [half, half, half, half],
  })
}

const relu6 = (b: GraphBuilder, x: Value) => b.op('Clip', [x, b.constant(scalar(0)), b.constant(scalar(6))])

describe.skipIf(block === undefined)('convolutions in blocks agree with their plain form', () => {
  const windows = fc.record({
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    before: fc.nat(2),
    after: fc.nat(2),
    extra: fc.nat(6),
  })
  const kinds = fc.constantFrom('dense', 'depthwise', 'grouped', 'few channels', 'narrow')

  function channelsOf(kind: string, size: number): [number, number, number] {
    if (kind === 'dense') return [2 * size, 3 * size, 1]
    if (kind === 'depthwise') return [2 * size + 4, 2 * size + 4, 2 * size + 4]
    if (kind === 'grouped') return [2 * size, 4 * size, 2]
    return kind === 'few channels' ? [3, size, 1] : [size + 3, size - 5, 1]
  }

  it('forward and for all gradients, whatever the windows, channels and parts of the batch', async () => {
    const property = fc.asyncProperty(
      fc.record({
        rows: windows,
        columns: windows,
        kind: kinds,
        batch: fc.integer({ min: 1, max: 4 }),
        parts: fc.boolean(),
        bias: fc.boolean(),
        seed: fc.nat(1000),
      }),
      async ({ rows, columns, kind, batch, parts, bias, seed }) => {
        if (block === undefined) return
        const [inputs, outputs, group] = channelsOf(kind, block)
        const axes = [rows, columns]
        const sizes = axes.map(({ kernel, dilation, extra }) => (kernel - 1) * dilation + 1 + extra)
        const graph = withGradients(
          (b, x) => {
            const w = b.input('w', 'float32', [outputs, inputs / group, rows.kernel, columns.kernel])
            const inputsOf = bias ? [x, w, b.input('b', 'float32', [outputs])] : [x, w]
            return b.op('Conv', inputsOf, {
              group,
              strides: axes.map(axis => axis.stride),
              dilations: axes.map(axis => axis.dilation),
              pads: [...axes.map(axis => axis.before), ...axes.map(axis => axis.after)],
            })
          },
          [batch, inputs, ...sizes],
        )
        const { graph: lowered } = rewriteGraph(graph, block, { partBytes: parts ? 1 : undefined })
        expect(await difference(graph, lowered, seed)).toBeLessThan(2e-5)
      },
    )
    await fc.assert(property, { numRuns: 60, seed: 20240502, endOnFailure: true })
  })

  it('in an inverted residual with a residual connection, stride, odd sizes and an uneven batch', async () => {
    if (block === undefined) return
    const size = block
    const graph = withGradients(
      (b, x) => {
        const stem = relu6(b, conv(b, x, [size + 4, 1, 3, 2], [0, 0, 1, 1]))
        const wide = relu6(b, conv(b, stem, [3 * size, 1, 1, 1]))
        const down = relu6(b, conv(b, wide, [3 * size, 3 * size, 5, 2], [1, 1, 2, 2]))
        const narrow = conv(b, down, [24, 1, 1, 1])
        const again = relu6(b, conv(b, narrow, [4 * size, 1, 1, 1]))
        const mixed = b.op('Relu', [conv(b, again, [4 * size, 4 * size, 3, 1])])
        const added = b.op('Add', [conv(b, mixed, [24, 1, 1, 1]), narrow])
        return b.op('GlobalAveragePool', [added])
      },
      [3, 3, 19, 23],
    )
    for (const partBytes of [1, 20_000, undefined]) {
      const { graph: lowered } = rewriteGraph(graph, block, { partBytes })
      expect(await difference(graph, lowered), `parts of ${partBytes} bytes`).toBeLessThan(1e-5)
    }
  })

  it('in a filter over a large image, in strips', async () => {
    if (block === undefined) return
    const size = block
    const graph = withGradients((b, x) => conv(b, x, [size, 1, 5, 2]), [1, 3, 131, 135])
    expect(await difference(graph, rewriteGraph(graph, size).graph)).toBeLessThan(1e-5)
  })

  it('in max pools, whatever their windows; the first of equals gets the gradient', async () => {
    const property = fc.asyncProperty(
      fc.record({
        rows: windows,
        columns: windows,
        ceil: fc.boolean(),
        parts: fc.boolean(),
        ties: fc.boolean(),
      }),
      async ({ rows, columns, ceil, parts, ties }) => {
        if (block === undefined) return
        const size = block
        // The runtime counts a window that starts beyond the image, which ONNX leaves out.
        const ceils = ceil && [rows, columns].every(axis => axis.stride <= axis.kernel)
        const axes = [rows, columns].map(axis => (ceils ? { ...axis, after: 0 } : axis))
        const sizes = axes.map(({ kernel, dilation, extra }) => (kernel - 1) * dilation + 1 + extra)
        // Padding of a pool is less than its kernel.
        const pad = (name: 'before' | 'after') => axes.map(axis => Math.min(axis[name], axis.kernel - 1))
        const graph = withGradients(
          (b, x) => {
            const map = conv(b, x, [size + 4, 1, 1, 1])
            const tied = ties ? b.op('Clip', [map, b.constant(scalar(-0.2)), b.constant(scalar(0.2))]) : map
            return b.op('MaxPool', [tied], {
              kernel_shape: axes.map(axis => axis.kernel),
              strides: axes.map(axis => axis.stride),
              dilations: axes.map(axis => axis.dilation),
              pads: [...pad('before'), ...pad('after')],
              ceil_mode: ceils ? 1 : 0,
            })
          },
          [2, 3, ...sizes],
        )
        const { graph: lowered } = rewriteGraph(graph, block, { partBytes: parts ? 1 : undefined })
        expect(lowered.nodes.some(node => node.op === 'ScatterElements')).toBe(false)
        expect(await difference(graph, lowered)).toBeLessThan(1e-5)
      },
    )
    await fc.assert(property, { numRuns: 40, seed: 20240503, endOnFailure: true })
  })

  /** An inverted residual whose batch norms train; their statistics are outputs. `offset` goes to the narrow map. */
  function trainedResidual(
    image: readonly number[],
    [narrow, expansion, kernel, stride]: readonly [number, number, number, number],
    activation: (b: GraphBuilder, x: Value) => Value,
    offset = 0,
  ): Graph {
    let count = 0
    return withGradients((b, x) => {
      const e = new Emitter(b)
      const layer = (map: Value, [out, group, k, step]: readonly [number, number, number, number]) => {
        const half = Math.floor(k / 2)
        const w = b.input(`w${count}`, 'float32', [out, b.staticShape(map)[1] / group, k, k])
        const vectors = ['scale', 'bias'].map(name => b.input(`${name}${count}`, 'float32', [out]))
        const attributes = { group, strides: [step, step], pads: [half, half, half, half] }
        const convolved = b.op('Conv', [map, w], attributes)
        const [y, ...statistics] = b.ops('chiquito:BatchNormTrain', [convolved, ...vectors], {}, 3)
        for (const value of statistics) b.output(value, value)
        count++
        return y
      }
      const wide = expansion * narrow + 4
      // Without an activation, gradients of what comes before another norm would be 0.
      const stem = e.add(activation(b, layer(x, [narrow, 1, 3, 1])), offset)
      const expanded = activation(b, layer(stem, [wide, 1, 1, 1]))
      const moved = activation(b, layer(expanded, [wide, wide, kernel, stride]))
      const result = layer(moved, [narrow, 1, 1, 1])
      return stride === 1 ? e.add(result, stem) : result
    }, image)
  }
  const relu = (b: GraphBuilder, x: Value) => b.op('Relu', [x])

  it('in batch norms in training mode, whatever the channels, strides, activations and parts', async () => {
    const property = fc.asyncProperty(
      fc.record({
        batch: fc.integer({ min: 1, max: 4 }),
        layers: fc.tuple(
          fc.constantFrom(3, 16, 20),
          fc.integer({ min: 1, max: 4 }),
          fc.constantFrom(3, 5),
          fc.integer({ min: 1, max: 2 }),
        ),
        size: fc.integer({ min: 5, max: 14 }),
        clips: fc.boolean(),
        parts: fc.boolean(),
        seed: fc.nat(1000),
      }),
      async ({ batch, layers, size, clips, parts, seed }) => {
        if (block === undefined) return
        const graph = trainedResidual([batch, 3, size, size + 1], layers, clips ? relu6 : relu)
        const partBytes = parts ? 1 : undefined
        const { graph: lowered } = rewriteGraph(mergeNorms(graph), block, { partBytes })
        expect(lowered.nodes.some(node => node.op === 'ReduceMean')).toBe(false)
        expect(await difference(graph, lowered, seed)).toBeLessThan(3e-4)
      },
    )
    await fc.assert(property, { numRuns: 40, seed: 20240504, endOnFailure: true })
  })

  it('in batch norms in training mode whose convolutions must not be used', async () => {
    if (block === undefined) return
    const graph = trainedResidual([2, 3, 9, 9], [16, 3, 3, 2], relu6)
    const merged = mergeNorms(graph)
    const refused = new Set(rewriteGraph(merged, block).formulations.keys())
    const { graph: lowered } = rewriteGraph(merged, block, { refused })
    expect(lowered.nodes.some(node => node.op === 'ReduceMean')).toBe(true)
    expect(await difference(graph, lowered)).toBeLessThan(3e-4)
  })

  it('in batch norms of maps far from 0, which changes no gradient', async () => {
    if (block === undefined) return
    const residual = (offset: number) => trainedResidual([3, 3, 9, 9], [16, 3, 3, 1], relu6, offset)
    const feeds = draw(residual(0), 1)
    const expected = await evaluateGraph(expandComposites(residual(0)), feeds)
    for (const partBytes of [1, undefined]) {
      const { graph } = rewriteGraph(mergeNorms(residual(30)), block, { partBytes })
      const actual = await evaluateGraph(graph, feeds)
      for (const [name, { data }] of Object.entries(expected)) {
        if (!name.startsWith('grad.')) continue
        const values = Array.from(data, Number)
        const most = Math.max(...values.map(Math.abs))
        const off = values.map((value, i) => Math.abs(value - Number(actual[name].data[i])))
        expect(Math.max(...off) / most, name).toBeLessThan(1e-3)
      }
    }
  })

  it('with squeeze-and-excite, pools, and batch norm apart', async () => {
    if (block === undefined) return
    const size = block
    const graph = withGradients(
      (b, x) => {
        const e = new Emitter(b)
        const stem = b.op('Relu', [conv(b, x, [size, 1, 7, 2])])
        const pooled = b.op('MaxPool', [stem], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
        const wide = conv(b, pooled, [size + 4, 1, 3, 1])
        const vectors = [0, 1, 2].map(() => b.input(`v${weights++}`, 'float32', [size + 4]))
        const spread = b.constant(float32(new Float32Array(size + 4).fill(2), [size + 4]))
        const normed = b.op('BatchNormalization', [wide, ...vectors, spread])
        const active = b.op('HardSwish', [normed])
        const gate = b.op('HardSigmoid', [conv(b, b.op('GlobalAveragePool', [active]), [size + 4, 1, 1, 1])])
        const gated = e.mul(active, gate)
        return b.op('Add', [conv(b, gated, [size, 1, 1, 1]), pooled])
      },
      [2, 3, 21, 18],
    )
    const { graph: lowered } = rewriteGraph(graph, block)
    expect(blockedOps(lowered).length).toBeGreaterThan(5)
    expect(await difference(graph, lowered)).toBeLessThan(1e-5)
  })
})

describe('lowering', () => {
  const before = process.env.CHIQUITO_PLAIN
  afterEach(() => {
    if (before === undefined) delete process.env.CHIQUITO_PLAIN
    else process.env.CHIQUITO_PLAIN = before
  })
  const small = () => withGradients((b, x) => conv(b, x, [32, 1, 1, 1]), [2, 32, 5, 5])

  it('gives blocked operators where the runtime has them, and keeps inputs and outputs', async () => {
    const graph = small()
    const lowered = await lowerGraph(graph)
    expect(blockedOps(lowered).length > 0).toBe(block !== undefined)
    expect([...lowered.inputs]).toEqual([...graph.inputs])
    expect([...lowered.outputs]).toEqual([...graph.outputs])
  })

  it('gives portable ONNX when asked to, by option or environment', async () => {
    expect(blockedOps(await lowerGraph(small(), { plain: true }))).toEqual([])
    process.env.CHIQUITO_PLAIN = '1'
    const graph = small()
    const plain = await lowerGraph(graph)
    expect(plain.nodes.filter(node => node.domain !== '')).toEqual([])
    expect(await difference(graph, plain)).toBeLessThan(1e-6)
  })

  it('leaves images of unknown size to plain operators', async () => {
    const b = new GraphBuilder('named')
    const x = b.input('x', 'float32', ['batch', 32, 'height', 8])
    const w = b.input('w', 'float32', [32, 32, 1, 1])
    b.output(b.op('Conv', [x, w]), 'y')
    expect(blockedOps(await lowerGraph(b.build()))).toEqual([])
  })

  it('goes fast over weights of 1x1 convolutions times a number', async () => {
    const b = new GraphBuilder('scaled')
    const [w, rate] = [b.input('w', 'float32', [64, 32, 1, 1]), b.input('rate', 'float32', [])]
    const vector = b.input('v', 'float32', [64, 1, 1, 1])
    b.output(b.op('Mul', [b.op('Sub', [w, vector]), rate]), 'y')
    const graph = b.build()
    const lowered = await lowerGraph(graph)
    expect(lowered.types.get(lowered.nodes.find(node => node.op === 'Mul')?.outputs[0] ?? '')?.shape).toEqual(
      [64, 32],
    )
    expect(await difference(graph, lowered)).toBe(0)
  })
})

describe.skipIf(block === undefined)('the self-check', () => {
  const formulations = (size: number) =>
    rewriteGraph(
      withGradients((b, x) => relu6(b, conv(b, x, [64, 1, 3, 2])), [2, 64, 9, 9]),
      size,
    ).formulations

  it('finds nothing wrong with what this machine does right', async () => {
    if (block === undefined) return
    expect(formulations(block).size).toBeGreaterThan(1)
    expect(await wrongFormulations(formulations(block), block)).toEqual(new Set())
  })

  it('finds out what this machine does not do', async () => {
    // Filters laid out for blocks that are not the runtime's.
    const other = block === 16 ? 8 : 16
    const wrong = formulations(other)
    expect(await wrongFormulations(wrong, other)).toEqual(new Set(wrong.keys()))
  })

  it('leaves out what was found wrong', async () => {
    if (block === undefined) return
    const graph = withGradients((b, x) => conv(b, x, [64, 1, 3, 1]), [2, 64, 9, 9])
    const refused = new Set(rewriteGraph(graph, block).formulations.keys())
    const { graph: plain } = rewriteGraph(graph, block, { refused })
    expect(blockedOps(plain)).toEqual([])
  })
})
