import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../onnx/index.js'
import { appendFeatures, featureModel, featureWidth } from './features.js'
import { loadBackbone } from './load.js'

const head = { layers: [{ name: 'head', pools: ['avg' as const] }] }

describe('features', () => {
  it('have the width and types they say', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    const layers = [
      { name: 'head', pools: ['max', 'avg'] as const },
      { name: 'stage5', pools: ['avg'] as const },
    ]
    expect(featureWidth(backbone, { layers })).toBe(2 * 1280 + 112)
    const { graph } = featureModel(backbone, { size: 160, layers })
    expect([...graph.inputs]).toEqual([['pixels', { dtype: 'uint8', shape: ['batch', 160, 160, 3] }]])
    expect([...graph.outputs]).toEqual([['features', { dtype: 'float32', shape: ['batch', 2672] }]])
    expect(
      featureModel(backbone, { size: 160, batch: 8, layers }).graph.outputs.get('features')?.shape,
    ).toEqual([8, 2672])
  })

  it('refuse what cannot be', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    expect(() => featureModel(backbone, { size: 31, ...head })).toThrow(
      /size must be .* from 32 to 2048, but is 31/,
    )
    expect(() => featureModel(backbone, { size: 224.5, ...head })).toThrow(/size must be/)
    expect(() => featureModel(backbone, { size: 224, layers: [] })).toThrow(/at least one layer/)
    expect(() => featureModel(backbone, { size: 224, layers: [{ name: 'head', pools: [] }] })).toThrow(
      /at least one/,
    )
    expect(() => featureWidth(backbone, { layers: [{ name: 'stage9', pools: ['avg'] }] })).toThrow(
      /one of efficientnet-lite0's: stem, stage1, .*head, but is "stage9"/,
    )
  })

  it('can be added to a graph that goes on', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    const builder = new GraphBuilder()
    const pixels = builder.input('pixels', 'uint8', ['batch', 'height', 'width', 3])
    const features = appendFeatures(builder, backbone, pixels, head)
    expect(builder.shape(features)).toEqual(['batch', 1280])
  })
})
