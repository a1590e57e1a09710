import { describe, expect, it } from 'vitest'
import { bindDims, parseGraph, verifyGraph } from '../index.js'

const graph = parseGraph(`graph g
input x: float32[batch, 3, h, w]
input mask: bool[batch]
weight k: float32[4, 3, 3, 3] {…}
y = Conv(x, k)
s = Shape(y)
type y: float32[batch, 4, h2, w2]
z: float32[batch, 4, 1, 1] = GlobalAveragePool(y)
output z: float32[batch, 4, 1, 1]
`)

const fixed = parseGraph(`graph g
input x: float32[1, 6]
weight shape: int64[2] {1, 6}
y: float32[1, 6] = Relu(x)
z: float32[1, 6] = Reshape(y, shape)
output y: float32[1, 6]
output z: float32[1, 6]
`)

describe('bindDims', () => {
  it('makes numbers of names, in everything that follows from them', () => {
    const bound = bindDims(graph, { x: [2, 3, 9, 8] })
    verifyGraph(bound)
    expect(bound.inputs.get('x')?.shape).toEqual([2, 3, 9, 8])
    expect(bound.inputs.get('mask')?.shape).toEqual([2])
    expect(bound.types.get('y')?.shape).toEqual([2, 4, 7, 6])
    expect(bound.outputs.get('z')?.shape).toEqual([2, 4, 1, 1])
    expect(bindDims(graph, { x: ['n', 3, 9, 8] }).outputs.get('z')?.shape).toEqual(['n', 4, 1, 1])
  })

  it('infers anew where numbers change, and refuses what then does not fit', () => {
    const { nodes, outputs } = fixed
    const only = { ...fixed, nodes: [nodes[0]], outputs: new Map([...outputs].slice(0, 1)) }
    expect(bindDims(only, { x: [5, 6] }).outputs.get('y')?.shape).toEqual([5, 6])
    expect(() => bindDims(fixed, { x: [5, 6] })).toThrow(/Node z \(Reshape\)/)
  })

  it.each<[Record<string, readonly number[]>, RegExp]>([
    [{ image: [1] }, /input must be one of x, mask, but is "image"/],
    [{ x: [1, 3, 9] }, /the shape of x must be of rank 4/],
    [{ x: [2, 3, 9, 8], mask: [3] }, /dimension batch must be the same everywhere, 2, but is 3/],
    [{ x: [2, 3, 2, 8] }, /Node y \(Conv\)/],
  ])('refuses %j', (shapes, message) => {
    expect(() => bindDims(graph, shapes)).toThrow(message)
  })
})
