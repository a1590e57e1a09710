import { describe, expect, it } from 'vitest'
import { float32, int64, type Tensor, zeros } from '../core/index.js'
import { GraphBuilder, parseGraph, printedWeights, printGraph } from './index.js'

describe('printGraph', () => {
  it('is readable', () => {
    const g = new GraphBuilder('small')
    const x = g.input('x', 'float32', ['batch', 3, 8, 8])
    const conv = g.op('Conv', [x, g.initializer('conv.weight', zeros([4, 3, 3, 3]))], { pads: [1, 1, 1, 1] })
    const six = g.op('Clip', [conv, undefined, g.constant(float32([6], []))], {}, 'six')
    const pooled = g.op('ReduceMean', [six, g.constant(int64([2, 3]))], { keepdims: 0 })
    g.output(g.op('LeakyRelu', [pooled], { alpha: 0.1 }), 'features')
    expect(printGraph(g.build())).toBe(`graph small
input x: float32[batch, 3, 8, 8]
weight conv.weight: float32[4, 3, 3, 3] {…}
weight constant: float32[] {6.0}
weight constant_1: int64[2] {2, 3}
Conv: float32[batch, 4, 8, 8] = Conv(x, conv.weight) pads=[1, 1, 1, 1]
six: float32[batch, 4, 8, 8] = Clip(Conv, , constant)
ReduceMean: float32[batch, 4] = ReduceMean(six, constant_1) keepdims=0
LeakyRelu: float32[batch, 4] = LeakyRelu(ReduceMean) alpha=0.1
features = Identity(LeakyRelu)
output features: float32[batch, 4]
`)
  })

  it('quotes what would read as something else, and marks kinds', () => {
    const text = `graph "a graph"
input "onnx::x_1": float16["floor(h / 2)", 2]
y, , "1": float32 = "my domain":Op("onnx::x_1", , q) k=3 f=3.0 n=-inf s="3" e=floats[] t=float16[2] {0.5, 0x7e01} l=[1, 9223372036854775807] @"node 1"
type w: int8
output y: bool[]
`
    expect(printGraph(parseGraph(text))).toBe(text)
  })

  it('indents subgraphs', () => {
    const text = `graph g
input c: bool[]
y = If(c) then_branch={
  graph then
  t = If(c) then_branch={
    graph inner
    weight "line\\nbreak": bool[] {true}
    output "line\\nbreak": bool[]
  } else_branch={
    graph none
  }
  output t: bool[]
} else_branch={
  graph else
}
output y: bool[]
`
    expect(printGraph(parseGraph(text))).toBe(text)
  })
})

describe('parseGraph', () => {
  const large =
    'graph g\nweight w: float32[100] {…}\ny = Constant() value=int8[100] {…}\noutput y: int8[100]\n'

  it('fills weights that are not printed with zeros, or with those given', () => {
    const zeroed = parseGraph(large)
    expect(zeroed.initializers.get('w')).toEqual(zeros([100]))
    const w = float32(Array.from({ length: 100 }, (_, i) => i))
    const value: Tensor = { dtype: 'int8', shape: [100], data: new Int8Array(100).fill(7) }
    const given = parseGraph(large, {
      weights: new Map<string, Tensor>([
        ['w', w],
        ['y.value', value],
      ]),
    })
    expect(given.initializers.get('w')).toBe(w)
    expect(given.nodes[0].attributes.value).toEqual({ kind: 'tensor', value })
    expect([...printedWeights(given).keys()]).toEqual(['w', 'y.value'])
    const wrong = () => parseGraph(large, { weights: new Map([['w', zeros([10, 10])]]) })
    expect(wrong).toThrow(/Line 2 .* the weight given for w is float32\[10, 10\]/)
  })

  it('skips blank lines and comments', () => {
    const graph = parseGraph(
      '\n# what it does\ngraph g\n\ninput x: float32[2] # fed\ny = Relu(x)\noutput y: float32[2]',
    )
    expect(graph.nodes.map(node => node.op)).toEqual(['Relu'])
  })

  it.each([
    ['grap g', /Line 1 .* expected graph, at grap/],
    ['graph g\ninput x float32', /Line 2 .* expected :, at float32/],
    ['graph g\ninput x: float[2]', /Line 2 .* float is no element type/],
    ['graph g\ninput x: int8\ninput x: int8', /Line 3 .* x is declared twice/],
    ['graph g\nweight w: int8[2] {1}', /Line 2 .* \[2\] has 2 elements, not 1/],
    ['graph g\nweight w: int8[1] {300}', /Line 2 .* an element is no int8/],
    ['graph g\nweight w: int8[n] {1}', /Line 2 .* n is no size of a tensor/],
    ['graph g\ny = Relu(x', /Line 2 .* expected \), at the end/],
    ['graph g\ny = Relu(x) alpha=', /Line 2 .* expected an attribute, at the end/],
    ['graph g\ny = Relu(x) alpha=[1, "a"]', /numbers or strings, not both/],
    ['graph g\ny = Relu(x) b={\n  graph h', /expected }, at the end/],
    ['graph g\ny = Relu("a\\q")', /Line 2 .* is quoted wrongly/],
    ['graph g\ny = Relu(x) %', /Line 2 .* cannot read %/],
    ['graph g }', /expected the end, at }/],
  ])('says where it cannot read %j', (text, message) => {
    expect(() => parseGraph(text)).toThrow(message)
  })
})
