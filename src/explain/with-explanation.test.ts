import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expectClose, readFixture } from '../../test/support/stored.js'
import { type Tensor, uint8 } from '../core/index.js'
import { Session } from '../engine/index.js'
import { type Graph, lowestModel, readModel, upgradeModel } from '../onnx/index.js'
import { withExplanation } from './with-explanation.js'

const folder = new URL('../../test/fixtures/explain/', import.meta.url)

/** As scripts/fixtures/explain.py writes them. */
interface StoredMaps {
  readonly pixels: number[]
  readonly size: number
  readonly probabilities: number[]
  readonly shape: number[]
  readonly maps: number[]
}

function fixture(name: string) {
  const { graph } = upgradeModel(readModel(readFileSync(new URL(`${name}.onnx`, folder)), name))
  const stored = readFixture<StoredMaps>(new URL(`${name}.json`, folder))
  const [count] = stored.shape
  return {
    graph,
    stored,
    pixels: uint8(Uint8Array.from(stored.pixels), [count, stored.size, stored.size, 3]),
  }
}

function explained(graph: Graph): Graph {
  const result = withExplanation(graph)
  if ('why' in result) throw new Error(result.why)
  return result
}

async function run(graph: Graph, pixels: Tensor): Promise<Record<string, Tensor>> {
  const session = await Session.open(lowestModel(graph), { threads: 1 })
  try {
    return await session.run({ pixels })
  } finally {
    await session.close()
  }
}

describe.each(['mean', 'several', 'flat', 'channels-last'])('the network "%s"', name => {
  const { graph, stored, pixels } = fixture(name)

  it('is explained as PyTorch explains it', async () => {
    const { probabilities, why } = await run(explained(graph), pixels)
    expectClose(
      probabilities,
      { shape: [stored.shape[0], 3], data: stored.probabilities },
      1e-4,
      'probabilities',
    )
    expectClose(why, { shape: stored.shape, data: stored.maps }, 1e-4, 'maps', 0)
  })

  it('has numbers that add up to the log-odds', async () => {
    const { why } = await run(explained(graph), pixels)
    const [photos, height, width] = why.shape
    for (let i = 0; i < photos; i++) {
      const top = Math.max(...stored.probabilities.slice(i * 3, i * 3 + 3))
      const values = Array.from(why.data, Number).slice(i * height * width, (i + 1) * height * width)
      expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(Math.log(top / (1 - top)), 4)
    }
  })

  it('answers as before, to the bit, and once is enough', async () => {
    const whole = explained(graph)
    const [before, after] = [await run(graph, pixels), await run(whole, pixels)]
    for (const output of graph.outputs.keys()) expect(after[output], output).toEqual(before[output])
    expect(withExplanation(whole)).toBe(whole)
  })
})
