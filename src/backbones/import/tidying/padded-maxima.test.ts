import { describe, expect, it } from 'vitest'
import { float32, int64 } from '../../../core/index.js'
import { Session } from '../../../engine/index.js'
import { type Graph, GraphBuilder, model, type Value } from '../../../onnx/index.js'
import { keepPaddedMaxima } from './padded-maxima.js'

interface Padding {
  readonly value?: number
  readonly mode?: string
  readonly after?: 'Relu'
}

/** x [1, 1, 4, 4], padded by one pixel on all sides, and the maximum of 3 by 3 at every second. */
function padded({ value, mode = 'constant', after }: Padding = {}): Graph {
  const builder = new GraphBuilder('padded')
  let x: Value = builder.input('x', 'float32', [1, 1, 4, 4])
  if (after) x = builder.op(after, [x])
  const pads = builder.initializer('pads', int64([0, 0, 1, 1, 0, 0, 1, 1]))
  const filling = value === undefined ? [] : [builder.initializer('filling', float32([value], []))]
  const wide = builder.op('Pad', [x, pads, ...filling], { mode })
  builder.output(builder.op('MaxPool', [wide], { kernel_shape: [3, 3], strides: [2, 2] }), 'y')
  return builder.build()
}

async function maxima(graph: Graph): Promise<number[]> {
  const session = await Session.open(model(graph), { threads: 1 })
  const { y } = await session.run({ x: float32(new Float32Array(16).fill(-1), [1, 1, 4, 4]) })
  await session.close()
  return Array.from(y.data, Number)
}

const clips = (graph: Graph) => graph.nodes.filter(({ op }) => op === 'Clip').length

describe('max pooling of what is padded', () => {
  it.each([{}, { value: 0 }])('takes the zeros of the padding in: %j', async padding => {
    // By the definition of Pad and MaxPool: only the last window lies wholly within the image.
    expect(await maxima(keepPaddedMaxima(padded(padding)))).toEqual([0, 0, 0, -1])
  })

  it.each([
    [{ value: -2 }, [-1, -1, -1, -1]],
    [{ value: 3 }, [3, 3, 3, -1]],
    [{ value: Number.NEGATIVE_INFINITY }, [-1, -1, -1, -1]],
    [{ mode: 'reflect' }, [-1, -1, -1, -1]],
    [{ value: 0, after: 'Relu' }, [0, 0, 0, 0]],
  ] as const)('is left as it is where zeros cannot be lost: %j', async (padding, expected) => {
    const graph = padded(padding)
    expect(keepPaddedMaxima(graph)).toBe(graph)
    expect(await maxima(graph)).toEqual(expected)
  })

  it('gets one Clip a pooling, under names that are free', () => {
    const once = keepPaddedMaxima(padded())
    expect(clips(once)).toBe(1)
    // A network that was imported, trained and written has its Clip already.
    expect(keepPaddedMaxima(once)).toBe(once)
  })
})
