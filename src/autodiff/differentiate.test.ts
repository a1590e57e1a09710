import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { float32, int64, scalar, type Tensor } from '../core/index.js'
import { type Graph, GraphBuilder, type Node, type Value } from '../onnx/index.js'
import { differentiate } from './index.js'

const total = (b: GraphBuilder, value: Value) => b.op('ReduceSum', [value], { keepdims: 0 })

async function gradOf(b: GraphBuilder, loss: Value, parameter: Value, feeds: Record<string, Tensor>) {
  b.output(differentiate(b, loss, [parameter]).get(parameter) ?? '', 'grad')
  const { grad } = await evaluateGraph(b.build(), feeds)
  return { shape: grad.shape, values: Array.from(grad.data, Number) }
}

const ops = (nodes: readonly Node[]) => nodes.map(node => node.op)

describe('differentiate', () => {
  it('adds up what arrives by several ways', async () => {
    const b = new GraphBuilder('diamond')
    const x = b.input('x', 'float32', [2])
    const square = b.op('Mul', [x, x])
    const loss = total(b, b.op('Sum', [square, x, b.op('Exp', [x])]))
    const { values } = await gradOf(b, loss, x, { x: float32([0, 1]) })
    expect(values).toEqual([2, Math.fround(3 + Math.E)])
  })

  it('sums a gradient back to what was broadcast', async () => {
    const b = new GraphBuilder('broadcast')
    const x = b.input('x', 'float32', ['batch', 3])
    const scale = b.input('scale', 'float32', [3])
    const loss = total(b, b.op('Mul', [x, scale]))
    const grad = await gradOf(b, loss, scale, {
      x: float32([1, 2, 3, 4, 5, 6], [2, 3]),
      scale: float32([1, 1, 1]),
    })
    expect(grad).toEqual({ shape: [3], values: [5, 7, 9] })
  })

  it('takes inner values and the loss itself as parameters', async () => {
    const b = new GraphBuilder('inner')
    const x = b.input('x', 'float32', [])
    const y = b.op('Mul', [x, x])
    const loss = b.op('Mul', [y, y])
    const grads = differentiate(b, loss, [x, y, loss])
    for (const [value, grad] of grads) b.output(grad, `d.${value}`)
    const results = await evaluateGraph(b.build(), { x: scalar(2) })
    expect([x, y, loss].map(value => results[`d.${value}`].data[0])).toEqual([32, 8, 1])
  })

  it('writes nothing for branches that reach no parameter, nor past the parameters', () => {
    const b = new GraphBuilder('frozen')
    const image = b.input('image', 'float32', ['batch', 3, 8, 8])
    const kernel = b.input('kernel', 'float32', [4, 3, 3, 3])
    const w = b.input('w', 'float32', [4, 2])
    // A convolution, which asks for no rule as long as nothing before it is trained.
    const trunk = b.op('Flatten', [b.op('GlobalAveragePool', [b.op('Conv', [image, kernel])])])
    const loss = total(b, b.op('MatMul', [trunk, w]))
    const before = b.nodes().length
    differentiate(b, loss, [w])
    expect(ops(b.nodes().slice(before))).toEqual(['Shape', 'Expand', 'Gemm'])
  })

  it('takes what goes through whole numbers as constant', async () => {
    const b = new GraphBuilder('shapes')
    const x = b.input('x', 'float32', ['n'])
    const count = b.op('Cast', [b.op('Size', [x])], { to: 'float32' })
    const isLargest = b.op('Cast', [b.op('Equal', [x, b.op('ReduceMax', [x])])], { to: 'float32' })
    const loss = total(b, b.op('Mul', [b.op('Div', [x, count]), isLargest]))
    const { values } = await gradOf(b, loss, x, { x: float32([1, 4, 2, 3]) })
    expect(values).toEqual([0, 0.25, 0, 0])
  })

  it('keeps the loss shape of one element', async () => {
    const b = new GraphBuilder('kept')
    const x = b.input('x', 'float32', [2, 2])
    const grad = await gradOf(b, b.op('ReduceMean', [x]), x, { x: float32([1, 2, 3, 4], [2, 2]) })
    expect(grad).toEqual({ shape: [2, 2], values: [0.25, 0.25, 0.25, 0.25] })
  })

  it('gives the gradient of a gradient', async () => {
    const b = new GraphBuilder('twice')
    const x = b.input('x', 'float32', [])
    const first = differentiate(b, b.op('Mul', [b.op('Mul', [x, x]), x]), [x]).get(x) ?? ''
    const { values } = await gradOf(b, first, x, { x: scalar(2) })
    expect(values).toEqual([12])
  })
})

describe('differentiate keeps to the dtype of the graph', () => {
  it.each(['float16', 'float64'] as const)('%s: every gradient node is in it', dtype => {
    const b = new GraphBuilder('half')
    const x = b.input('x', dtype, ['batch', 4])
    const w = b.input('w', dtype, [3, 4])
    const bias = b.input('bias', dtype, [3])
    const hidden = b.op('Relu', [b.op('Gemm', [x, w, bias], { transB: 1 })])
    const loss = b.op('ReduceMean', [b.op('LogSoftmax', [hidden])], { keepdims: 0 })
    const before = b.nodes().length
    const grads = differentiate(b, loss, [x, w, bias])
    for (const [value, grad] of grads) expect(b.type(grad)).toEqual(b.type(value))
    const made = b
      .nodes()
      .slice(before)
      .flatMap(node => node.outputs)
    const others = made.map(value => b.type(value).dtype).filter(other => other !== dtype)
    expect(others.filter(other => other !== 'bool' && other !== 'int64')).toEqual([])
  })

  it('refuses bfloat16, for which there are no constants', () => {
    const b = new GraphBuilder('brain')
    const x = b.input('x', 'bfloat16', [])
    expect(() => differentiate(b, b.op('Exp', [x]), [x])).toThrow(/float32, float64 or float16, not bfloat16/)
  })
})

describe('differentiate refuses', () => {
  const builder = () => {
    const b = new GraphBuilder('refused')
    return { b, x: b.input('x', 'float32', [2, 2]) }
  }

  it('a loss that is not one float', () => {
    const { b, x } = builder()
    expect(() => differentiate(b, x, [x])).toThrow(
      /loss must be one float, but x is float32 \[2, 2\]: reduce it/,
    )
    expect(() => differentiate(b, b.op('Size', [x]), [x])).toThrow(/is int64 \[\]/)
    expect(() => differentiate(b, 'nothing', [x])).toThrow(/no value nothing/)
  })

  it('a parameter that does not influence the loss, by name', () => {
    const { b, x } = builder()
    const idle = b.input('idle', 'float32', [2])
    expect(() => differentiate(b, total(b, x), [x, idle])).toThrow(
      /parameter idle does not influence the loss/,
    )
    const whole = b.op('Cast', [b.op('Cast', [idle], { to: 'int64' })], { to: 'float32' })
    expect(() => differentiate(b, total(b, whole), [idle])).toThrow(/idle does not influence/)
  })

  it('an operator without slope on the path, naming node and remedy', () => {
    const { b, x } = builder()
    const loss = total(b, b.op('Round', [x], {}, 'rounded'))
    expect(() => differentiate(b, loss, [x])).toThrow(
      /Cannot differentiate Round node rounded: it is a step function\..*Freeze/,
    )
  })

  it('an operator without a rule, naming node and remedy', () => {
    const b = new GraphBuilder('refused')
    const image = b.input('image', 'float32', [1, 1, 4, 4])
    const grid = b.input('grid', 'float32', [1, 2, 2, 2])
    const loss = total(b, b.op('GridSample', [image, grid], {}, 'warp'))
    expect(() => differentiate(b, loss, [image])).toThrow(
      /Cannot differentiate GridSample node warp: there is no gradient rule for it yet\. Keep the layers/,
    )
  })

  it('all obstacles at once', () => {
    const { b, x } = builder()
    const steps = ['Round', 'Floor', 'Ceil'] as const
    const loss = total(
      b,
      b.op(
        'Sum',
        steps.map(op => b.op(op, [x])),
      ),
    )
    const before = b.nodes().length
    expect(() => differentiate(b, loss, [x])).toThrow(
      /3 nodes:\n- Round node .*\n- Floor node .*\n- Ceil node/,
    )
    expect(b.nodes().length).toBe(before)
  })

  it('an operator of a domain it does not know, if it lies on the path', () => {
    const graph = withUnknownNode()
    const b = new GraphBuilder('refused')
    const x = b.input('x', 'float32', [2])
    const y = b.append(graph, new Map([['x', x]])).get('y') ?? ''
    const loss = b.op('Mul', [total(b, x), b.op('Cast', [b.op('Size', [y])], { to: 'float32' })])
    expect([...differentiate(b, loss, [x]).keys()]).toEqual([x])
    const two = b.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(2n) })
    const through = b.op('Reshape', [b.op('Cast', [y], { to: 'float32' }), two])
    expect(() => differentiate(b, total(b, through), [x])).toThrow(
      /Cannot differentiate com\.example\.Strange node/,
    )
  })

  it('an input that its rule takes as constant', () => {
    const { b, x } = builder()
    const low = b.input('low', 'float32', [])
    const loss = total(b, b.op('Clip', [x, low]))
    expect(() => differentiate(b, loss, [low])).toThrow(
      /its input number 1 is taken as constant, but is trained/,
    )
  })

  it('a second output whose gradient no rule uses', () => {
    const { b, x } = builder()
    const [, mean] = b.ops('LayerNormalization', [x, b.input('scale', 'float32', [2])], {}, 2)
    expect(() => differentiate(b, total(b, mean), [x])).toThrow(
      /there is no rule for its output LayerNormalization_1/,
    )
  })

  it('training forms that hide randomness or state, naming what to use instead', () => {
    const { b, x } = builder()
    const yes = b.constant({ dtype: 'bool', shape: [], data: Uint8Array.of(1) })
    const dropped = b.op('Dropout', [x, undefined, yes])
    expect(() => differentiate(b, total(b, dropped), [x])).toThrow(/training mode.*mask that is an input/)
    const [scale, bias, mean, variance] = ['s', 'b', 'm', 'v'].map(name => b.input(name, 'float32', [2]))
    const [y] = b.ops('BatchNormalization', [x, scale, bias, mean, variance], { training_mode: 1 }, 3)
    expect(() => differentiate(b, total(b, y), [x])).toThrow(/training mode.*trainBatchNorm/)
  })

  it('control flow that reads a trained value from outside', () => {
    const { b, x } = builder()
    const branch = (name: string): Graph => ({
      name,
      inputs: new Map(),
      outputs: new Map([[`${name}.y`, { dtype: 'float32', shape: [2, 2] }]]),
      initializers: new Map(),
      types: new Map(),
      nodes: [{ name, op: 'Exp', domain: '', inputs: [x], outputs: [`${name}.y`], attributes: {} }],
    })
    const flag = b.input('flag', 'bool', [])
    const y = b.op('If', [flag], { then_branch: branch('then'), else_branch: branch('else') }, 'either')
    expect(() => differentiate(b, total(b, y), [x])).toThrow(
      /Cannot differentiate If node either: a subgraph of it/,
    )
  })

  it('forms that ask for a size that is not known, or an input that is no constant', () => {
    const b = new GraphBuilder('sizes')
    const x = b.input('x', 'float32', ['n', 3])
    const ints = (...values: number[]) => b.constant(int64(values))
    const sliced = b.op('Slice', [x, ints(1), ints(5), ints(0)])
    expect(() => differentiate(b, total(b, sliced), [x])).toThrow(/slices axis 0, whose size n is not known/)
    const moving = b.op('Slice', [x, b.input('from', 'int64', [1]), ints(3), ints(1)])
    expect(() => differentiate(b, total(b, moving), [x])).toThrow(/its input from must be a constant/)
  })

  it('dimensions that leave open what was broadcast', () => {
    const b = new GraphBuilder('names')
    const x = b.input('x', 'float32', ['n'])
    const y = b.input('y', 'float32', ['m'])
    const loss = total(b, b.op('Mul', [x, y]))
    expect(() => differentiate(b, loss, [x])).toThrow(
      /value x it belongs to is \[n\].*give these dimensions numbers/,
    )
  })
})

function withUnknownNode(): Graph {
  return {
    name: 'unknown',
    inputs: new Map([['x', { dtype: 'float32', shape: [2] }]]),
    outputs: new Map([['y', { dtype: 'float32' }]]),
    initializers: new Map(),
    types: new Map(),
    nodes: [
      { name: 'odd', op: 'Strange', domain: 'com.example', inputs: ['x'], outputs: ['y'], attributes: {} },
    ],
  }
}
