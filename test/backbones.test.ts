import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Backbone, featureModel, loadBackbone } from '../src/backbones/index.js'
import { asFloat32, float32, type Tensor, uint8 } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { GraphBuilder, model, type Value } from '../src/onnx/index.js'

// The networks as they run, against what PyTorch makes of the same weights in float64 (scripts/fixtures/backbones.py).

interface Summary {
  shape: number[]
  mean: number
  norm: number
  picks: number[]
}
interface Case {
  input: [number, number, number, number]
  layers: Record<string, Summary>
  pooled: Summary
  logits: Summary
  top5: [number, number][][]
}
interface Fixture {
  embedded: Case[]
  lite2: Case[]
  oracle: { top5: [number, number][][]; pooled_first16: number[][]; pooled_norm: number[] }
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../src/backbones/fixtures/backbones.json', import.meta.url), 'utf8'),
)
const shared = (name: string) => fileURLToPath(new URL(`../../shared/backbones/${name}`, import.meta.url))
const lite0File = shared('efficientnet-lite0-57934424.pth')
const lite2File = shared('efficientnet-lite2-9656183e.pth')
const threads = 2

/** x[n,c,i,j] = sin(0.013 (i+1) (c+1) + 0.021 j + 1.7 n), as the oracle was fed. */
function formula([count, channels, height, width]: Case['input']): Tensor<'float32'> {
  const data: number[] = []
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) data.push(Math.sin(0.013 * (i + 1) * (c + 1) + 0.021 * j + 1.7 * n))
  return float32(data, [count, channels, height, width])
}

/** Every layer's map, `pooled` (stage5 max, head average, head max) and the logits. */
async function runAll(
  backbone: Backbone,
  input: Tensor<'float32'>,
): Promise<Record<string, Tensor<'float32'>>> {
  const builder = new GraphBuilder('all')
  const [batch, ...rest] = input.shape
  const maps = backbone.trunk(builder, builder.input('image', 'float32', ['batch', ...rest]))
  const map = (name: string): Value => maps.get(name) ?? ''
  const pools = [
    builder.op('GlobalMaxPool', [map('stage5')]),
    builder.op('GlobalAveragePool', [map('head')]),
    builder.op('GlobalMaxPool', [map('head')]),
  ]
  for (const [name, value] of maps) builder.output(value, name)
  builder.output(builder.op('Flatten', [builder.op('Concat', pools, { axis: 1 })]), 'pooled')
  builder.output(backbone.classifier(builder, map('head')), 'logits')
  const session = await Session.open(model(builder.build()), { threads })
  const results = await session.run({ image: input })
  await session.close()
  expect(results.logits.shape).toEqual([batch, 1000])
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, asFloat32(tensor, name)]))
}

function expectLike(tensor: Tensor<'float32'>, expected: Summary, what: string): void {
  const { data, shape } = tensor
  expect([what, shape]).toEqual([what, expected.shape])
  const norm = Math.hypot(...chunks(data).map(chunk => Math.hypot(...chunk)))
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  const scale = norm / Math.sqrt(data.length)
  expect(Math.abs(norm / expected.norm - 1), `${what}: norm`).toBeLessThan(1e-4)
  expect(Math.abs(mean - expected.mean), `${what}: mean`).toBeLessThan(1e-4 * scale)
  expected.picks.forEach((pick, i) => {
    const at = Math.trunc((i * (data.length - 1)) / (expected.picks.length - 1))
    expect(Math.abs(data[at] - pick), `${what}[${at}]`).toBeLessThan(1e-3 * scale)
  })
}

function chunks(data: Float32Array): Float32Array[] {
  return Array.from({ length: Math.ceil(data.length / 1e4) }, (_, i) => data.subarray(i * 1e4, (i + 1) * 1e4))
}

function rows({ data, shape }: Tensor<'float32'>): Float32Array[] {
  return Array.from({ length: shape[0] }, (_, i) => data.subarray(i * shape[1], (i + 1) * shape[1]))
}

function top5(logits: Tensor<'float32'>): number[][] {
  return rows(logits).map(row => [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 5))
}

function largestDifference(logits: Tensor<'float32'>, expected: [number, number][][]): number {
  const differences = rows(logits).flatMap((row, n) =>
    expected[n].map(([k, value]) => Math.abs(row[k] - value)),
  )
  return Math.max(...differences)
}

describe('the embedded efficientnet-lite0', () => {
  it.each(fixture.embedded.map(one => [one.input.join('x'), one] as const))(
    'gives what PyTorch makes of the same weights, at every layer: %s',
    async (_, expected) => {
      const results = await runAll(await loadBackbone('efficientnet-lite0'), formula(expected.input))
      for (const [name, summary] of Object.entries(expected.layers)) expectLike(results[name], summary, name)
      expectLike(results.pooled, expected.pooled, 'pooled')
      expectLike(results.logits, expected.logits, 'logits')
      expect(largestDifference(results.logits, expected.top5)).toBeLessThan(1e-4)
    },
  )

  it('orders the five best classes as the published weights do, and prints how far 16 bits take it', async () => {
    const { logits } = await runAll(await loadBackbone('efficientnet-lite0'), formula([2, 3, 224, 224]))
    expect(top5(logits)).toEqual(fixture.oracle.top5.map(row => row.map(([k]) => k)))
    const difference = largestDifference(logits, fixture.oracle.top5)
    console.info(
      `embedded weights: logits of the five best differ from the oracle by at most ${difference.toFixed(4)}`,
    )
    expect(difference).toBeLessThan(0.03)
  })
})

describe('weights given as files', () => {
  it.skipIf(!existsSync(lite0File))(
    'efficientnet-lite0 agrees with its oracle (needs ../shared)',
    async () => {
      const { logits, pooled } = await runAll(await loadBackbone(lite0File), formula([2, 3, 224, 224]))
      expect(top5(logits)).toEqual(fixture.oracle.top5.map(row => row.map(([k]) => k)))
      const difference = largestDifference(logits, fixture.oracle.top5)
      console.info(
        `float32 weights: logits of the five best differ from the oracle by at most ${difference.toExponential(1)}`,
      )
      expect(difference).toBeLessThan(1e-3)
      for (const [n, row] of rows(pooled).entries()) {
        const head = row.subarray(112, 112 + 1280)
        fixture.oracle.pooled_first16[n].forEach((value, k) => {
          expect(Math.abs(head[k] - value)).toBeLessThan(1e-4)
        })
        expect(Math.abs(Math.hypot(...head) - fixture.oracle.pooled_norm[n])).toBeLessThan(1e-3)
      }
    },
  )

  it.skipIf(!existsSync(lite2File)).each(fixture.lite2.map(one => [one.input.join('x'), one] as const))(
    'efficientnet-lite2 gives what PyTorch gives: %s (needs ../shared)',
    async (_, expected) => {
      const results = await runAll(
        await loadBackbone(`efficientnet-lite2=${lite2File}`),
        formula(expected.input),
      )
      for (const [name, summary] of Object.entries(expected.layers)) expectLike(results[name], summary, name)
      expectLike(results.logits, expected.logits, 'logits')
    },
  )
})

describe('featureModel', () => {
  const size = 64
  const pixels = uint8(
    Uint8Array.from({ length: 2 * size * size * 3 }, (_, i) => (i * 7919 + (i >> 5)) % 256),
  )
  const layers = [
    { name: 'stage5', pools: ['max'] as const },
    { name: 'head', pools: ['avg', 'max'] as const },
  ]

  it('goes from bytes to the pooled features of the preprocessed image', async () => {
    const backbone = await loadBackbone('efficientnet-lite0')
    const planes = new Float32Array(pixels.data.length)
    for (let n = 0; n < 2; n++)
      for (let at = 0; at < size * size; at++)
        for (let c = 0; c < 3; c++)
          planes[(n * 3 + c) * size * size + at] = (pixels.data[(n * size * size + at) * 3 + c] - 127) / 128
    const { pooled } = await runAll(backbone, float32(planes, [2, 3, size, size]))
    for (const batch of [undefined, 2]) {
      const session = await Session.open(featureModel(backbone, { size, layers, batch }), { threads })
      const { features } = await session.run({ pixels: { ...pixels, shape: [2, size, size, 3] } })
      await session.close()
      expect(features.shape).toEqual([2, 112 + 2 * 1280])
      asFloat32(features, 'features').data.forEach((value, i) => {
        expect(Math.abs(value - pooled.data[i])).toBeLessThan(1e-5)
      })
    }
  })
})
