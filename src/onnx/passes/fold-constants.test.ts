import { describe, expect, it } from 'vitest'
import { foldConstants, parseGraph, printGraph, verifyGraph } from '../index.js'

describe('foldConstants', () => {
  it('works out the sizes that exporters compute, and drops what computed them', () => {
    const graph = parseGraph(`graph g
input x: float32[2, 3, 4, 5]
weight at: int64[1] {0}
weight rest: int64[1] {-1}
s: int64[4] = Shape(x)
n: int64[1] = Gather(s, at)
shape: int64[2] = Concat(n, rest) axis=0
half: float32[] = Constant() value_float=0.5
y: float32[2, 60] = Reshape(x, shape)
z: float32[2, 60] = Mul(y, half)
output z: float32[2, 60]
`)
    const folded = foldConstants(graph)
    verifyGraph(folded)
    expect(printGraph(folded)).toBe(`graph g
input x: float32[2, 3, 4, 5]
weight shape: int64[2] {2, -1}
weight half: float32[] {0.5}
y: float32[2, 60] = Reshape(x, shape)
z: float32[2, 60] = Mul(y, half)
output z: float32[2, 60]
`)
    expect(foldConstants(folded)).toEqual(folded)
  })

  it('leaves what depends on a dimension with a name, what is an output, and what is no whole number', () => {
    const text = `graph g
input x: float32[n, 3]
s: int64[2] = Shape(x)
t: int64[1] = Shape(x) start=1
f: float32[2] = Cast(s) to=1
y: float32[2] = Sqrt(f)
output y: float32[2]
output t: int64[1]
`
    expect(printGraph(foldConstants(parseGraph(text)))).toBe(text)
  })
})
