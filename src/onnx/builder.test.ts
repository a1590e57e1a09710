import { describe, expect, it } from 'vitest'
import { float32, int64, zeros } from '../core/index.js'
import { GraphBuilder, parseGraph, printGraph } from './index.js'

function small(): GraphBuilder {
  const g = new GraphBuilder('small')
  const x = g.input('x', 'float32', ['batch', 3, 8, 8])
  const w = g.initializer('w', zeros([4, 3, 3, 3]))
  const y = g.op('Relu', [g.op('Conv', [x, w], { pads: [1, 1, 1, 1], strides: [2, 2] })])
  g.output(g.op('Flatten', [g.op('GlobalAveragePool', [y])]), 'features')
  return g
}

describe('GraphBuilder', () => {
  it('infers the type of each value as it is made', () => {
    const g = small()
    expect(g.shape('Conv')).toEqual(['batch', 4, 4, 4])
    expect(g.shape('Flatten')).toEqual(['batch', 4])
    const graph = g.build()
    expect([...graph.outputs]).toEqual([['features', { dtype: 'float32', shape: ['batch', 4] }]])
    expect(graph.nodes.map(node => node.op)).toEqual([
      'Conv',
      'Relu',
      'GlobalAveragePool',
      'Flatten',
      'Identity',
    ])
  })

  it('shares small constants of equal content', () => {
    const g = new GraphBuilder()
    expect(g.constant(float32([1, 2]))).toBe(g.constant(float32([1, 2])))
    expect(g.constant(float32([1, 2]))).not.toBe(g.constant(float32([1, 2], [2, 1])))
    expect(g.constant(float32([-0]))).not.toBe(g.constant(float32([0])))
    expect(g.constant(int64([1]))).not.toBe(g.constant(float32([1])))
  })

  it('refuses wrong shapes where they are written, and adds nothing', () => {
    const g = small()
    const before = g.nodes().length
    expect(() => g.op('Add', ['x', 'w'])).toThrow(/Node Add \(Add\): shapes .* do not broadcast/)
    expect(() => g.op('MatMul', ['x', g.constant(float32([1, 2, 3]))])).toThrow(/inner dimensions must agree/)
    expect(g.nodes().length).toBe(before)
  })

  it('refuses names that exist, inputs that do not, and attributes of the wrong kind', () => {
    const g = small()
    expect(() => g.initializer('x', zeros([1]))).toThrow(/there is a value x already/)
    expect(() => g.op('Relu', ['nothing'])).toThrow(/reads nothing, which does not exist yet/)
    expect(() => g.op('Concat', ['x', 'x'])).toThrow(/lacks the attribute axis/)
    expect(() => g.op('Softmax', ['x'], { axis: 1.5 })).toThrow(/axis of .* must be int/)
    expect(() => g.staticShape('x')).toThrow(/dimension 0 of x must be a fixed number here, but is batch/)
  })

  it('inlines another graph under new names', () => {
    const inner = small().build()
    const g = new GraphBuilder('outer')
    const image = g.input('image', 'float32', ['n', 3, 8, 8])
    const out = g.append(inner, new Map([['x', image]]), 'trunk/')
    const again = g.append(inner, new Map([['x', image]]), 'trunk/')
    expect(out.get('features')).toBe('trunk/features')
    expect(again.get('features')).toBe('trunk/features_1')
    g.output(g.op('Sub', ['trunk/features', 'trunk/features_1']))
    expect(g.shape('trunk/features')).toEqual(['n', 4])
    expect(g.build().nodes.length).toBe(11)
    const branches = parseGraph(`graph branches
input c: bool[]
input t: float32[2]
y = If(c) then_branch={
  graph then
  image = Neg(t)
  output image: float32[2]
} else_branch={
  graph else
  output t: float32[2]
}
output y: float32[2]`)
    const condition = g.input('c', 'bool', [])
    const pair = g.input('pair', 'float32', [2])
    const bound = new Map([
      ['c', condition],
      ['t', pair],
    ])
    g.output(g.append(branches, bound).get('y') ?? '', 'y1')
    g.output(g.append(branches, bound).get('y') ?? '', 'y2')
    expect(printGraph(g.build())).toContain('image_1 = Neg(pair)')
    expect(() => g.append(inner, new Map())).toThrow(/needs a value for its input x/)
    const wrong = g.input('wrong', 'float32', ['n', 4, 8, 8])
    expect(() => g.append(inner, new Map([['x', wrong]]))).toThrow(/input x of graph small is float32/)
  })
})
