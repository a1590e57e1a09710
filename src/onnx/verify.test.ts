import { describe, expect, it } from 'vitest'
import { ChiquitoError, float32 } from '../core/index.js'
import type { Graph } from './index.js'
import { parseGraph, verifyGraph } from './index.js'

const legal = `graph legal
input x: float32[batch, 4]
weight w: float32[4, 2] {…}
y: float32[batch, 2] = MatMul(x, w)
z = Relu(y)
output z: float32[batch, 2]
`

/** Each line of the graph above may be replaced. */
function changed(from: string, to: string): Graph {
  expect(legal).toContain(from)
  return parseGraph(legal.replace(from, to))
}

describe('verifyGraph', () => {
  it('accepts a legal graph', () => {
    expect(() => verifyGraph(parseGraph(legal))).not.toThrow()
  })

  it.each([
    ['a name assigned twice', 'z = Relu(y)', 'y = Relu(y)', /Value y is assigned twice.* node y \(Relu\)/],
    ['an input assigned again', 'z = Relu(y)', 'x = Relu(y)', /Value x is assigned twice/],
    [
      'an input read before it is there',
      'MatMul(x, w)',
      'MatMul(z, w)',
      /Input z of node y .* only later, by node z/,
    ],
    ['an input of nowhere', 'Relu(y)', 'Relu(q)', /Input q of node z \(Relu\) is assigned nowhere/],
    ['a node that reads itself', 'Relu(y)', 'Relu(z)', /Input z of node z/],
    ['an output of nowhere', 'output z', 'output q', /Output q of graph legal is assigned by no node/],
    ['too few inputs', 'MatMul(x, w)', 'MatMul(x)', /y \(MatMul\) has 1 inputs, but needs: A, B/],
    ['too many inputs', 'Relu(y)', 'Relu(y, x)', /z \(Relu\) has 2 inputs, but may have: X/],
    ['a needed input left out', 'MatMul(x, w)', 'MatMul(, w)', /y \(MatMul\) lacks its input A/],
    ['too many outputs', 'z = Relu', 'z, q = Relu', /z \(Relu\) has 2 outputs/],
    [
      'an unknown attribute',
      'Relu(y)',
      'Elu(y) beta=1.0',
      /z \(Elu\) has an attribute beta, but may have: alpha/,
    ],
    [
      'an attribute of another kind',
      'Relu(y)',
      'Elu(y) alpha=1',
      /alpha of node z \(Elu\) must be float, but is int/,
    ],
    ['a missing attribute', 'Relu(y)', 'Concat(y, y)', /z \(Concat\) lacks the attribute axis of kind int/],
    [
      'an attribute of another operator set',
      'Relu(y)',
      'Squeeze(y) axes=[0]',
      /attribute axes in operator set 21/,
    ],
    ['an operator that has ended', 'Relu(y)', 'Upsample(y, w)', /Upsample ended with operator set 9/],
    [
      'types that disagree',
      'input x: float32',
      'input x: float64',
      /input B \(w\) is float32, but x is float64/,
    ],
    ['a type the operator does not take', 'Relu(y)', 'Not(y)', /input X \(y\) must be bool, but is float32/],
    [
      'shapes that do not fit',
      'weight w: float32[4, 2]',
      'weight w: float32[3, 2]',
      /y \(MatMul\): inner dimensions/,
    ],
    [
      'a declared type that is wrong',
      'y: float32[batch, 2]',
      'y: float16[batch, 2]',
      /y is declared float16.*is float32/,
    ],
    [
      'a declared shape that is wrong',
      'output z: float32[batch, 2]',
      'output z: float32[batch, 3]',
      /z is declared/,
    ],
    [
      'a declared rank that is wrong',
      'output z: float32[batch, 2]',
      'output z: float32[2]',
      /Value z is declared/,
    ],
  ])('refuses %s', (_, from, to, message) => {
    const graph = changed(from, to)
    expect(() => verifyGraph(graph)).toThrow(message)
    expect(() => verifyGraph(graph)).toThrow(ChiquitoError)
  })

  it('refuses a weight whose data is not of its shape', () => {
    const graph = parseGraph(legal)
    const initializers = new Map([['w', { ...float32([1, 2, 3]), shape: [4, 2] }]])
    expect(() => verifyGraph({ ...graph, initializers })).toThrow(
      /Initializer w is \[4, 2\], but has 3 elements/,
    )
  })

  it('leaves operators it does not know to the runtime', () => {
    expect(() => verifyGraph(changed('Relu(y)', 'com.example:Magic(y) depth=3'))).not.toThrow()
  })

  it('holds subgraphs to the same rules, and lets them read outer values', () => {
    const text = (branch: string) => `graph outer
input c: bool[]
input x: float32[2]
y = If(c) then_branch={
  graph then
  ${branch}
  output t: float32[2]
} else_branch={
  graph else
  e = Neg(x)
  output e: float32[2]
}
output y: float32[2]
`
    expect(() => verifyGraph(parseGraph(text('t = Relu(x)')))).not.toThrow()
    expect(() => verifyGraph(parseGraph(text('t = Relu(y)')))).toThrow(/Input y of node t/)
    expect(() => verifyGraph(parseGraph(text('t = Relu(x) alpha=1.0')))).toThrow(
      /t \(Relu\) has an attribute alpha/,
    )
    expect(() => verifyGraph(parseGraph(text('x = Neg(c)\nt = Relu(x)')))).toThrow(/x is assigned twice/)
  })

  it('knows what other operator sets take', () => {
    const squeeze = parseGraph(
      'graph g\ninput x: float32[1, 2]\ny = Squeeze(x) axes=[0]\noutput y: float32[2]',
    )
    expect(() => verifyGraph(squeeze, { opset: 12 })).not.toThrow()
    const input = parseGraph(
      'graph g\ninput x: float32[1, 2]\nweight a: int64[1] {0}\ny = Squeeze(x, a)\noutput y: float32[2]',
    )
    expect(() => verifyGraph(input)).not.toThrow()
    expect(() => verifyGraph(input, { opset: 12 })).toThrow(
      /has the input axes, which operator set 12 has not/,
    )
  })

  it('does not follow subgraphs without end', () => {
    const inner = parseGraph('graph g\nweight c: bool[] {true}\noutput c: bool[]')
    const nest = (graph: Graph, depth: number): Graph => ({
      ...inner,
      name: `g${depth}`,
      initializers: new Map([[`c${depth}`, { dtype: 'bool', shape: [], data: Uint8Array.of(1) }]]),
      outputs: new Map([[`r${depth}`, { dtype: 'bool', shape: [] }]]),
      nodes: [
        {
          name: `n${depth}`,
          op: 'If',
          domain: '',
          inputs: [`c${depth}`],
          outputs: [`r${depth}`],
          attributes: {
            then_branch: { kind: 'graph', value: graph },
            else_branch: { kind: 'graph', value: inner },
          },
        },
      ],
    })
    let graph = inner
    for (let depth = 0; depth < 20; depth++) graph = nest(graph, depth)
    expect(() => verifyGraph(graph)).toThrow(/nested more than 16 deep/)
  })
})
