import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assetPath, sizeOf, type Tensor } from '../core/index.js'
import { GraphBuilder, readAttributes } from '../onnx/index.js'
import { packBackbone } from './pack.js'
import { type RegistryEntry, registry } from './registry.js'
import { Weights } from './weights.js'

const entries = [...registry.values()]
const published = new URL('../../../shared/backbones/efficientnet-lite0-57934424.pth', import.meta.url)

/** Weights of the right names and shapes, all zero. */
function blank({ tensors }: RegistryEntry): Weights {
  const zero = (shape: readonly number[]): Tensor => ({
    dtype: 'float16',
    shape,
    data: new Uint16Array(sizeOf(shape)),
  })
  return new Weights(new Map([...tensors].map(([name, shape]) => [name, zero(shape)])), 'blank')
}

describe.each(entries.map(entry => [entry.name, entry] as const))('registry: %s', (_, entry) => {
  const backbone = entry.build(blank(entry), 'id')

  it('says what it is, under which licence, and where its weights are from', () => {
    expect(backbone).toMatchObject({ name: entry.name, id: 'id' })
    expect(['Apache-2.0', 'BSD-3-Clause']).toContain(backbone.licence)
    expect(backbone.source).toMatch(/ImageNet/)
    expect(backbone.inputSize).toBeGreaterThanOrEqual(32)
    const { mean, std } = backbone.preprocessing
    for (const channel of mean) expect(Math.abs(channel - 120)).toBeLessThan(20)
    for (const channel of std) expect(channel === 128 || Math.abs(channel - 57) < 2).toBe(true)
  })

  it.each([
    [224, 224],
    [97, 64],
    [33, 260],
  ])('gives every layer the channels and stride it says, at %i by %i', (height, width) => {
    const builder = new GraphBuilder()
    const maps = backbone.trunk(builder, builder.input('image', 'float32', [2, 3, height, width]))
    expect([...maps.keys()]).toEqual(backbone.layers.map(layer => layer.name))
    for (const { name, channels, stride = 0 } of backbone.layers)
      expect([name, builder.shape(maps.get(name) ?? '')]).toEqual([
        name,
        [2, channels, Math.ceil(height / stride), Math.ceil(width / stride)],
      ])
  })

  it('leaves out what only unwanted layers need', () => {
    const nodes = (layers: string[]) => {
      const builder = new GraphBuilder()
      const maps = backbone.trunk(builder, builder.input('image', 'float32', ['batch', 3, 'h', 'w']), {
        layers,
      })
      expect([...maps.keys()]).toEqual(layers)
      return builder.nodes().length
    }
    const [first, middle, last] = [0, 2, -1].map(i => backbone.layers.at(i)?.name ?? '')
    expect(nodes([first])).toBeLessThan(nodes([middle]))
    expect(nodes([middle])).toBe(nodes([first, middle]))
    expect(nodes([middle])).toBeLessThan(nodes([last]))
  })

  it('is trained by the weights it lists: float32 initializers of a graph of its own', () => {
    const { initializers } = backbone.network({ size: 64, batch: 2 })
    const weights = [...initializers].filter(([name]) => entry.tensors.has(name))
    expect(weights.map(([name, { shape }]) => [name, shape])).toEqual([...entry.tensors])
    expect(new Set(weights.map(([, { dtype }]) => dtype))).toEqual(new Set(['float32']))
    for (const { parameters } of backbone.groups)
      expect(parameters.filter(name => !initializers.has(name))).toEqual([])
  })

  it("has the batch norm of the paper's code, in every layer", () => {
    const isLite = entry.name.startsWith('efficientnet-lite')
    const norms = backbone
      .network({ size: 64, batch: 2 })
      .nodes.filter(({ op }) => op === 'BatchNormalization')
    expect(norms.length).toBeGreaterThan(15)
    for (const norm of norms) {
      const { epsilon, momentum } = readAttributes('BatchNormalization', norm)
      // ONNX's momentum is one minus PyTorch's.
      expect([epsilon, momentum].map(Math.fround)).toEqual(
        [isLite ? 1e-3 : 1e-5, isLite ? 0.99 : 0.9].map(Math.fround),
      )
    }
  })

  it('has every weight in exactly one of two groups, in the order of the layers', () => {
    expect(backbone.groups).toHaveLength(2)
    const grouped = backbone.groups.flatMap(group => group.parameters)
    const trained = [...entry.tensors.keys()].filter(name => !name.includes('running_'))
    expect(grouped).toEqual(trained)
  })
})

describe('the embedded weights', () => {
  const embedded = registry.get('efficientnet-lite0')?.embedded

  it('are the published ones, by checksum, with their licence beside them', () => {
    const path = assetPath(embedded?.file ?? '')
    const bytes = readFileSync(path)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(embedded?.sha256)
    expect(bytes.length).toBeLessThan(9.7e6)
    expect(readFileSync(assetPath('LICENSE-efficientnet-lite.txt'), 'utf8')).toMatch(/Apache License/)
  })

  it.skipIf(!existsSync(published))(
    'come out of the published file to the byte (needs ../shared)',
    async () => {
      const packed = await packBackbone('efficientnet-lite0', {
        bytes: readFileSync(published),
        name: 'efficientnet-lite0-57934424.pth',
      })
      expect(createHash('sha256').update(packed).digest('hex')).toBe(embedded?.sha256)
    },
  )
})
