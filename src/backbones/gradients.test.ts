import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { backboneGradients, digest, type Gradients } from '../../test/support/backbone-gradients.js'
import { resNetTensor, waves } from '../../test/support/seeded.js'
import { loadBackbone } from './load.js'
import { registry } from './registry.js'
import { Weights } from './weights.js'

interface Stored {
  readonly loss: number
  readonly logits: readonly (readonly number[])[]
  readonly error32: number
  readonly gradients: Readonly<Record<string, readonly [number, number]>>
}

const resnets: Readonly<Record<string, Stored>> = JSON.parse(
  readFileSync(new URL('fixtures/resnets.fixture.json', import.meta.url), 'utf8'),
)
const shared = new URL('../../../shared/backbones/', import.meta.url)
const weightsFile = fileURLToPath(new URL('efficientnet-lite0-57934424.pth', shared))

/** The largest difference of a tensor's digest, relative to its norm, and the tensor. */
function worstOf(
  { gradients }: Gradients,
  expected: ReadonlyMap<string, { readonly norm: number; readonly dot: number }>,
): { readonly error: number; readonly name: string } {
  let worst = { error: 0, name: '' }
  for (const [name, { norm, dot }] of expected) {
    const found = digest(gradients.get(name) ?? new Float32Array())
    const error = Math.max(Math.abs(found.norm - norm), Math.abs(found.dot - dot)) / norm
    if (!(error <= worst.error)) worst = { error, name }
  }
  return worst
}

describe('gradients', () => {
  it.each(Object.entries(resnets))("of %s are PyTorch's", async (name, stored) => {
    const entry = registry.get(name)
    if (!entry) throw new Error(`no ${name}`)
    const isBottleneck = entry.tensors.has('layer1.0.conv3.weight')
    const channels = entry.layers[entry.layers.length - 1].channels
    const shapes = new Map([...entry.tensors, ['fc.weight', [1000, channels]], ['fc.bias', [1000]]] as const)
    const tensors = Array.from(
      shapes,
      ([key, shape]) => [key, resNetTensor(key, shape, isBottleneck)] as const,
    )
    const backbone = entry.build(new Weights(new Map(tensors), name), name)
    const found = await backboneGradients(backbone, waves(2, 64), [207, 934])
    expect(found.loss).toBeCloseTo(stored.loss, 4)
    for (const [n, row] of stored.logits.entries())
      for (const [i, logit] of row.entries()) expect(found.logits[1000 * n + i]).toBeCloseTo(logit, 4)
    expect([...found.gradients.keys()].sort()).toEqual(Object.keys(stored.gradients).sort())
    const expected = new Map(
      Object.entries(stored.gradients).map(([key, [norm, dot]]) => [key, { norm, dot }]),
    )
    const worst = worstOf(found, expected)
    // Nothing here depends on rounding: what float32 costs, and room for another order of summing.
    expect(worst.error, worst.name).toBeLessThan(20 * stored.error32)
  })

  it.skipIf(!existsSync(weightsFile))(
    "of the embedded network's published weights are PyTorch's (needs ../shared)",
    async () => {
      const backbone = await loadBackbone(`efficientnet-lite0=${weightsFile}`)
      const stored: {
        readonly loss: number
        readonly gradients: Readonly<Record<string, { readonly norm: number; readonly dot: number }>>
      } = JSON.parse(readFileSync(new URL('efficientnet-lite0.reference.json', shared), 'utf8'))
      const found = await backboneGradients(backbone, waves(2, 224), [207, 934])
      expect(found.loss).toBeCloseTo(stored.loss, 3)
      expect([...found.gradients.keys()].sort()).toEqual(Object.keys(stored.gradients).sort())
      const worst = worstOf(found, new Map(Object.entries(stored.gradients)))
      expect(worst.error, worst.name).toBeLessThan(1e-3)
    },
  )
})
