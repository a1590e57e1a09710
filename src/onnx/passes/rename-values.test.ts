import { describe, expect, it } from 'vitest'
import { parseGraph, printGraph, renameValues, verifyGraph } from '../index.js'

describe('renameValues', () => {
  it('renames inputs, weights and results wherever they are read, in branches too', () => {
    const graph = parseGraph(`graph g
input x: float32[1]
input c: bool[]
weight w: float32[1] {1.0}
n: float32[1] = Add(x, w)
y: float32[1] = If(c) then_branch={
  graph then
  t: float32[1] = Neg(n)
  output t: float32[1]
} else_branch={
  graph else
  e: float32[1] = Mul(w, n)
  output e: float32[1]
}
output y: float32[1]
`)
    const renamed = renameValues(
      graph,
      new Map([
        ['x', 'image'],
        ['w', 'weight'],
        ['n', 'x'],
      ]),
    )
    verifyGraph(renamed)
    const text = printGraph(renamed)
    expect(text).toContain('input image: float32[1]')
    expect(text).toContain('x: float32[1] = Add(image, weight)')
    expect(text).toContain('Neg(x)')
    expect(text).toContain('Mul(weight, x)')
  })

  it('numbers a name that another value has', () => {
    const graph = parseGraph(`graph g
input x: float32[1]
weight w: float32[1] {1.0}
y: float32[1] = Add(x, w)
output y: float32[1]
`)
    const renamed = renameValues(graph, new Map([['w', 'x']]))
    verifyGraph(renamed)
    expect([...renamed.initializers.keys()]).toEqual(['x_1'])
  })
})
