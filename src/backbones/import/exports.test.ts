import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { backboneGradients, digest } from '../../../test/support/backbone-gradients.js'
import { exportedNames, readExported } from '../../../test/support/exported.js'
import { waves } from '../../../test/support/seeded.js'
import { float32, type Tensor } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { GraphBuilder, model, readModel, verifyGraph } from '../../onnx/index.js'
import type { Backbone } from '../backbone.js'
import { onnxBackbone } from './onnx-backbone.js'

interface Stored {
  readonly size: number
  readonly labels: readonly number[]
  readonly loss: number
  readonly logits: readonly number[]
  readonly error32: number
  readonly parameters: number
  readonly gradients: Readonly<Record<string, readonly [number, number]>>
}

const folder = new URL('fixtures/', import.meta.url)
const networks: Readonly<Record<string, Stored>> = JSON.parse(
  readFileSync(new URL('networks.fixture.json', folder), 'utf8'),
)

/** What tells one tensor from another, whatever it is called. */
const contentOf = ({ shape, data }: Tensor) =>
  `${shape}:${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')}`

/** The names under which a backbone holds the weights of its file. */
function namesIn(backbone: Backbone, bytes: Uint8Array, size: number): Map<string, string> {
  const held = backbone.network({ size, batch: 2 }).initializers
  const names = new Map(Array.from(held, ([name, tensor]) => [contentOf(tensor), name]))
  const { graph } = readModel(bytes, 'file')
  const constants = graph.nodes.flatMap(({ op, outputs, attributes }) =>
    op === 'Constant' && attributes.value?.kind === 'tensor'
      ? [[outputs[0], attributes.value.value] as const]
      : [],
  )
  return new Map(
    [...graph.initializers, ...constants].map(([name, tensor]) => [
      name,
      names.get(contentOf(tensor)) ?? `net[${name}]`,
    ]),
  )
}

describe.each(Object.entries(networks))('%s', (name, stored) => {
  const bytes = readFileSync(new URL(`${name}.onnx`, folder))
  const backbone = onnxBackbone(bytes, `${name}.onnx`)

  it('says what it is', () => {
    expect(backbone).toMatchObject({ name, licence: 'NOASSERTION', inputSize: expect.any(Number) })
    expect(backbone.id).toMatch(/^[0-9a-f]{64}$/)
    expect(backbone.source).toContain(`the file ${name}.onnx, written by pytorch`)
    expect(backbone.preprocessing.mean[0]).toBeCloseTo(0.485 * 255)
    expect(backbone.layers.map(layer => layer.stride)).toEqual(
      {
        mobilenet_v3: [2, 4, 8, 16, undefined],
        efficientnet_b0: [2, 4, 8, 16],
        convnext: [4, 8, 16, undefined],
      }[name.split('-')[0]],
    )
    expect(backbone.groups.map(group => group.name)).toEqual(['early', 'late'])
  })

  it("has PyTorch's logits, and gradients for every weight", async () => {
    const { size, labels } = stored
    const found = await backboneGradients(backbone, waves(2, size), labels)
    expect(found.loss).toBeCloseTo(stored.loss, 5)
    for (const [i, logit] of stored.logits.entries()) expect(found.logits[i]).toBeCloseTo(logit, 4)
    const names = namesIn(backbone, bytes, size)
    const expected = Object.entries(stored.gradients).map(
      ([value, grad]) => [names.get(value) ?? `net[${value}]`, grad] as const,
    )
    expect([...found.gradients.keys()].sort()).toEqual(expected.map(([value]) => value).sort())
    expect(expected.length).toBe(stored.parameters)
    for (const [value, [norm, dot]] of expected) {
      const seen = digest(found.gradients.get(value) ?? new Float32Array())
      const error = Math.max(Math.abs(seen.norm - norm), Math.abs(seen.dot - dot)) / norm
      expect(error, value).toBeLessThan(Math.max(1e-4, 10 * stored.error32))
    }
  })

  it('has names of its own for weights that an exporter left without', () => {
    const parameters = backbone.groups.flatMap(group => group.parameters)
    expect(parameters.filter(parameter => /^net\[(onnx::|\/|val_)/.test(parameter))).toEqual([])
    expect(new Set(parameters).size).toBe(parameters.length)
    if (name.startsWith('convnext')) expect(parameters).toContain('net[matmul1.weight]')
  })

  it('takes photos of another size, few and many, for its features', async () => {
    const builder = new GraphBuilder('features')
    const image = builder.input('image', 'float32', ['batch', 3, 96, 96])
    for (const [layer, value] of backbone.trunk(builder, image)) builder.output(value, layer)
    const isFixed = name.endsWith('dynamo')
    const session = await Session.open(model(builder.build()))
    for (const batch of [1, 3]) {
      const results = await session.run({ image: waves(batch, 96) })
      for (const { name: layer, channels, stride } of backbone.layers)
        expect([layer, results[layer].shape]).toEqual([
          layer,
          stride === undefined ? [batch, channels] : [batch, channels, 96 / stride, 96 / stride],
        ])
    }
    await session.close()
    expect(backbone.inputSize).toBe(isFixed ? 64 : 224)
  })
})

describe.each(exportedNames)('%s, as it was exported for one number of photos or any', name => {
  const { stored, image, grads } = readExported(name)
  const bytes = readFileSync(new URL(`../../../test/fixtures/exported/${name}.onnx`, import.meta.url))
  const backbone = onnxBackbone(bytes, name)
  const [batch, , size] = stored.shape
  const names = namesIn(backbone, bytes, size)
  const classifier = /^(fc|classifier\.3|heads\.head)\./
  const isTraining = name.includes('training')

  it('is a backbone whose weights are those of the file', () => {
    const graph = backbone.network({ size, batch })
    verifyGraph(graph)
    const expected = stored.parameters.flatMap(({ value, parameter }) =>
      classifier.test(parameter) ? [] : [names.get(value) ?? `net[${value}]`],
    )
    // The exporter stored the class token once a photo.
    if (/^transformer.*dynamo/.test(name)) expected.push('net[expand.first]')
    const found = backbone.groups.flatMap(group => group.parameters)
    expect([...found].sort()).toEqual([...new Set(expected)].sort())
    for (const parameter of found) expect(graph.initializers.has(parameter), parameter).toBe(true)
    if (name.startsWith('transformer')) expect(backbone.layers).toEqual([{ name: 'vector', channels: 24 }])
    else expect(backbone.layers.at(-1)?.name).toBe(name.startsWith('residual') ? 'stride32' : 'vector')
    expect(graph.nodes.some(node => node.op === 'BatchNormalization' && node.outputs.length > 1)).toBe(false)
  })

  it.skipIf(isTraining)(
    "has PyTorch's gradients, also for more photos than it was exported for",
    async () => {
      // Twice the same photos have the same mean loss and gradients.
      const doubled = float32(Float32Array.of(...image.data, ...image.data), [
        2 * batch,
        ...image.shape.slice(1),
      ])
      const found = await backboneGradients(backbone, doubled, [...stored.labels, ...stored.labels])
      expect(found.loss).toBeCloseTo(stored.loss, 5)
      for (const [value, exact] of grads) {
        const grad = found.gradients.get(names.get(value) ?? `net[${value}]`) ?? new Float32Array()
        const scale = exact.reduce((most, one) => Math.max(most, Math.abs(one)), stored.floor)
        const error = exact.reduce((most, one, i) => Math.max(most, Math.abs(one - grad[i]) / scale), 0)
        expect(grad.length).toBe(exact.length)
        expect(error, value).toBeLessThan(1e-4)
      }
    },
  )
})
