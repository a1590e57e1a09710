import { describe, expect, it } from 'vitest'
import { parseGraph, printGraph, pruneUnused, verifyGraph } from '../index.js'

describe('pruneUnused', () => {
  it('drops nodes and weights on which no output depends, and keeps inputs', () => {
    const graph = parseGraph(`graph g
input x: float32[4]
input unused: float32[2]
weight w: float32[4] {1.0, 2.0, 3.0, 4.0}
weight gone: float32[1] {0.0}
dead: float32[4] = Add(x, gone)
deader: float32[4] = Neg(dead)
a: float32[2], b: float32[2] = Split(x) num_outputs=2
y: float32[2] = Relu(b)
z: float32[4] = Mul(x, w)
output y: float32[2]
output z: float32[4]
`)
    const pruned = pruneUnused(graph)
    verifyGraph(pruned)
    expect(printGraph(pruned)).toBe(`graph g
input x: float32[4]
input unused: float32[2]
weight w: float32[4] {1.0, 2.0, 3.0, 4.0}
a, b: float32[2] = Split(x) num_outputs=2
y: float32[2] = Relu(b)
z: float32[4] = Mul(x, w)
output y: float32[2]
output z: float32[4]
`)
    expect(pruneUnused(pruned)).toEqual(pruned)
  })

  it('keeps what only a subgraph reads', () => {
    const text = `graph g
input c: bool[]
weight w: float32[1] {1.0}
weight v: float32[1] {2.0}
n = Neg(w)
y = If(c) then_branch={
  graph then
  t = Relu(n)
  output t: float32[1]
} else_branch={
  graph else
  output v: float32[1]
}
output y: float32[1]
`
    expect(printGraph(pruneUnused(parseGraph(text)))).toBe(text)
  })
})
