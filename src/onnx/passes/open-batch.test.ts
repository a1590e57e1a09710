import { describe, expect, it } from 'vitest'
import { bindDims, foldConstants, type Graph, openBatch, parseGraph, verifyGraph } from '../index.js'

/** Shapes of the outputs for another number of photos. */
function shapesFor(graph: Graph, batch: number): (readonly unknown[] | undefined)[] {
  const opened = openBatch(graph, 'x')
  verifyGraph(opened)
  const [, ...rest] = graph.inputs.get('x')?.shape ?? []
  const bound = foldConstants(bindDims(opened, { x: [batch, ...rest] }))
  verifyGraph(bound)
  return [...bound.outputs.values()].map(type => type.shape)
}

/** [photos, 4, 6] to heads and back, the positions first: the batch is joined to what lies around it. */
const attention = (n: number) => `graph g
input x: float32[${n}, 4, 6]
weight heads: int64[3] {4, ${n * 2}, 3}
weight rows: int64[2] {${n * 4}, 6}
weight back: int64[3] {4, ${n}, 6}
weight w: float32[6, 6] {…}
t = Transpose(x) perm=[1, 0, 2]
h = Reshape(t, heads)
m = Reshape(h, rows)
g = Gemm(m, w)
b = Reshape(g, back)
y: float32[${n}, 4, 6] = Transpose(b) perm=[1, 0, 2]
output y: float32[${n}, 4, 6]
`

describe('openBatch', () => {
  it('leaves the batch open in a Reshape, wherever it is', () => {
    for (const exported of [1, 2, 5])
      expect(shapesFor(parseGraph(attention(exported)), 3)).toEqual([[3, 4, 6]])
  })

  it('follows windows that are parts of a photo', () => {
    const windows = (n: number) => `graph g
input x: float32[${n}, 4, 4, 3]
weight cut: int64[6] {${n}, 2, 2, 2, 2, 3}
weight rows: int64[3] {${n * 4}, 4, 3}
weight photos: int64[5] {${n}, 4, 1, 4, 3}
weight mask: float32[1, 4, 1, 4, 3] {…}
c = Reshape(x, cut)
t = Transpose(c) perm=[0, 1, 3, 2, 4, 5]
r = Reshape(t, rows)
p = Reshape(r, photos)
y: float32[${n}, 4, 1, 4, 3] = Add(p, mask)
output y: float32[${n}, 4, 1, 4, 3]
`
    for (const exported of [1, 2])
      expect(shapesFor(parseGraph(windows(exported)), 3)).toEqual([[3, 4, 1, 4, 3]])
  })

  it('repeats what was stored once a photo, and sizes for all', () => {
    const token = (n: number) => `graph g
input x: float32[${n}, 3, 2, 2]
weight token: float32[${n}, 1, 2, 2] {${new Array(n).fill('1.0, 2.0, 3.0, 4.0').join(', ')}}
weight scale: float32[${n}, 1, 1, 1] {${new Array(n).fill('2.0').join(', ')}}
weight sizes: int64[4] {${n}, 4, 4, 4}
weight wide: int64[4] {${n}, 4, 4, 4}
j = Concat(x, token) axis=1
m = Mul(j, scale)
r: float32[${n}, 4, 4, 4] = Resize(m, , , sizes)
e: float32[${n}, 4, 4, 4] = Expand(r, wide)
output e: float32[${n}, 4, 4, 4]
`
    for (const exported of [1, 2]) expect(shapesFor(parseGraph(token(exported)), 3)).toEqual([[3, 4, 4, 4]])
    const opened = openBatch(parseGraph(token(2)), 'x')
    expect(opened.initializers.get('token.first')).toMatchObject({
      shape: [1, 1, 2, 2],
      data: Float32Array.of(1, 2, 3, 4),
    })
  })

  it('refuses what differs from photo to photo, naming the node; a graph that is open stays as it is', () => {
    const graph = parseGraph(`graph g
input x: float32[2, 3]
weight rows: float32[2, 3] {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}
y: float32[2, 3] = Add(x, rows)
z: float32[4, 3] = Concat(y, rows) axis=0
output z: float32[4, 3]
`)
    expect(() => shapesFor(graph, 3)).toThrow(/Node y \(Add\)/)
    const open = parseGraph(`graph g
input x: float32[n, 3]
y: float32[n, 3] = Relu(x)
output y: float32[n, 3]
`)
    expect(openBatch(open, 'x')).toBe(open)
  })
})
