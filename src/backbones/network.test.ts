import { describe, expect, it } from 'vitest'
import { asFloat32, float32 } from '../core/index.js'
import { Session } from '../engine/index.js'
import { foldBatchNorm, GraphBuilder, model, verifyGraph } from '../onnx/index.js'
import { loadBackbone } from './load.js'

const image = (shape: readonly number[]) =>
  float32(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(0.013 * i + (i % 7))),
    shape,
  )

describe('network', () => {
  it('computes what the trunk does, with batch norm apart and folded again', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    const layers = ['stage3', 'head']
    const graph = backbone.network({ size: 64, batch: 2, layers })
    verifyGraph(graph)
    expect([...graph.inputs]).toEqual([['image', { dtype: 'float32', shape: [2, 3, 64, 64] }]])
    expect([...graph.outputs.keys()]).toEqual(layers)
    const builder = new GraphBuilder('trunk')
    const maps = backbone.trunk(builder, builder.input('image', 'float32', [2, 3, 64, 64]), { layers })
    for (const [name, map] of maps) builder.output(map, name)
    const feeds = { image: image([2, 3, 64, 64]) }
    const outputs = []
    for (const one of [builder.build(), graph, foldBatchNorm(graph)]) {
      const session = await Session.open(model(one))
      outputs.push(await session.run(feeds))
      await session.close()
    }
    const [expected, apart, folded] = outputs
    for (const found of [apart, folded])
      for (const name of layers) {
        const [a, b] = [asFloat32(expected[name], name).data, asFloat32(found[name], name).data]
        const differences = a.map((y, i) => Math.abs(y - b[i]))
        expect(differences.length).toBeGreaterThan(0)
        expect(Math.max(...differences)).toBeLessThan(1e-4)
      }
  })

  it('refuses sizes, batches and layers that it cannot have', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    expect(() => backbone.network({ size: 16, batch: 1 })).toThrow(
      /size must be a whole number of pixels from 32/,
    )
    expect(() => backbone.network({ size: 64, batch: 0 })).toThrow(/batch must be a whole number from 1/)
    expect(() => backbone.network({ size: 64, batch: 1, layers: ['tail'] })).toThrow(
      /layers must be .*"tail"/,
    )
  })
})
