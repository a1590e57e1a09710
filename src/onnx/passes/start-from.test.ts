import { describe, expect, it } from 'vitest'
import { parseGraph, printGraph, startFrom, verifyGraph } from '../index.js'

const graph = parseGraph(`graph g
input image: float32[2, 4]
input rate: float32[]
weight w: float32[4] {1.0, 2.0, 3.0, 4.0}
weight v: float32[4] {1.0, 2.0, 3.0, 4.0}
early: float32[2, 4] = Mul(image, w)
map: float32[2, 4] = Identity(early)
late: float32[2, 4] = Add(early, v)
y: float32[2, 4] = Mul(late, rate)
output map: float32[2, 4]
output y: float32[2, 4]
`)

describe('startFrom', () => {
  it('keeps what comes behind a value, also of one with two names', () => {
    const rest = startFrom(graph, ['map'])
    verifyGraph(rest)
    expect(printGraph(rest)).toBe(`graph g
input map: float32[2, 4]
input rate: float32[]
weight v: float32[4] {1.0, 2.0, 3.0, 4.0}
late: float32[2, 4] = Add(map, v)
y: float32[2, 4] = Mul(late, rate)
output y: float32[2, 4]
`)
  })

  it('keeps an input that goes around the values', () => {
    const around = parseGraph(`graph g
input image: float32[2, 4]
map: float32[2, 4] = Relu(image)
y: float32[2, 4] = Add(map, image)
output y: float32[2, 4]
`)
    expect([...startFrom(around, ['map']).inputs.keys()]).toEqual(['map', 'image'])
  })

  it('refuses what the graph does not compute', () => {
    expect(() => startFrom(graph, ['image'])).toThrow(/does not compute image/)
    expect(() => startFrom(graph, ['nothing'])).toThrow(/does not compute nothing/)
  })
})
