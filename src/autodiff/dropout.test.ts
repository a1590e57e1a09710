import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { float32 } from '../core/index.js'
import { GraphBuilder } from '../onnx/index.js'
import { differentiate, dropout } from './index.js'

function dropoutGraph(probability: number) {
  const builder = new GraphBuilder('dropout')
  const x = builder.input('x', 'float32', ['batch', 4])
  const uniform = builder.input('uniform', 'float32', ['batch', 4])
  const y = dropout(builder, x, uniform, probability)
  const loss = builder.op('ReduceSum', [y], { keepdims: 0 })
  builder.output(y, 'y')
  builder.output(differentiate(builder, loss, [x]).get(x) ?? '', 'dx')
  return builder.build()
}

describe('dropout by random numbers that are an input', () => {
  const feeds = { x: float32([1, 2, 3, 4], [1, 4]), uniform: float32([0, 0.2499, 0.25, 0.99], [1, 4]) }

  it('drops what lies below the probability and scales up the rest, and its gradient likewise', async () => {
    const { y, dx } = await evaluateGraph(dropoutGraph(0.25), feeds)
    expect(Array.from(y.data, Number)).toEqual([0, 0, 4, Math.fround(16 / 3)])
    expect(Array.from(dx.data, Number)).toEqual([0, 0, Math.fround(4 / 3), Math.fround(4 / 3)])
  })

  it('drops nothing at probability 0', async () => {
    const { y } = await evaluateGraph(dropoutGraph(0), feeds)
    expect(Array.from(y.data, Number)).toEqual([1, 2, 3, 4])
  })

  it('refuses a probability of 1 or more, or below 0', () => {
    expect(() => dropoutGraph(1)).toThrow(/probability must be from 0 up to, not including, 1, but is 1/)
    expect(() => dropoutGraph(-0.1)).toThrow(/probability/)
  })
})
