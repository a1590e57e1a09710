import { describe, expect, it } from 'vitest'
import { float32 } from '../core/index.js'
import { GraphBuilder, type Model, model } from '../onnx/index.js'
import { openSessions, Session } from './index.js'

/** A layer of 64 to 64 with 16 kB of weights. */
function layer(): Model {
  const builder = new GraphBuilder('layer')
  const x = builder.input('x', 'float32', ['n', 64])
  const w = builder.initializer('w', float32(new Float32Array(4096).fill(0.01), [64, 64]))
  builder.output(builder.op('Relu', [builder.op('MatMul', [x, w])]), 'y')
  return model(builder.build())
}

const feeds = { x: float32(new Float32Array(64 * 64).fill(1), [64, 64]) }

/** Growth in MB of the process over some work, after the same work has warmed it up. */
async function growth(warmUp: () => Promise<void>, work: () => Promise<void>): Promise<number> {
  await warmUp()
  global.gc?.()
  const before = process.memoryUsage.rss()
  await work()
  global.gc?.()
  return (process.memoryUsage.rss() - before) / 2 ** 20
}

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await work()
}

// Were each run to leak its 16 kB of input or output, ten thousand would leave 160 MB; were each session to leak only
// its weights and thread, three hundred would leave far more than the bound as well.
const maxGrowthMB = 80

describe('memory', () => {
  it('does not grow over ten thousand runs', async () => {
    const session = await Session.open(layer(), { threads: 1 })
    const run = () => session.run(feeds)
    const grown = await growth(
      () => times(1000, run),
      () => times(10_000, run),
    )
    await session.close()
    expect(grown).toBeLessThan(maxGrowthMB)
  })

  it.each([false, true])('does not grow over ten thousand runs into memory given (%s)', async into => {
    const session = await Session.open(layer(), { threads: 1, into })
    const y = float32(new Float32Array(64 * 64), [64, 64])
    const run = () => session.runInto(feeds, { y })
    const grown = await growth(
      () => times(1000, run),
      () => times(10_000, run),
    )
    await session.close()
    expect(grown).toBeLessThan(maxGrowthMB)
  })

  it('does not grow over hundreds of sessions opened and closed', async () => {
    const big = new GraphBuilder('big')
    const w = float32(new Float32Array(256 * 1024).fill(0.5), [512, 512]) // 1 MB
    big.output(big.op('MatMul', [big.input('x', 'float32', [1, 512]), big.initializer('w', w)]), 'y')
    const bigModel = model(big.build())
    const before = openSessions()
    const cycle = async () => {
      const session = await Session.open(bigModel, { threads: 2 })
      await session.run({ x: float32(new Float32Array(512), [1, 512]) })
      await session.close()
    }
    const grown = await growth(
      () => times(20, cycle),
      () => times(300, cycle),
    )
    expect(openSessions()).toBe(before)
    expect(grown).toBeLessThan(maxGrowthMB)
  })
})
