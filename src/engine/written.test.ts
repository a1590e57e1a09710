import { afterEach, describe, expect, it } from 'vitest'
import { float32, int64 } from '../core/index.js'
import { GraphBuilder, type Model, model } from '../onnx/index.js'
import { Session } from './index.js'

/** double = 2 x and picked = x[i]. */
function doubling(): Model {
  const builder = new GraphBuilder('doubling')
  const x = builder.input('x', 'float32', ['n'])
  builder.output(builder.op('Add', [x, x]), 'double')
  builder.output(builder.op('Gather', [x, builder.input('i', 'int64', [1])]), 'picked')
  return model(builder.build())
}

const opened: Session[] = []
async function open(into: boolean): Promise<Session> {
  const session = await Session.open(doubling(), { threads: 1, into })
  opened.push(session)
  return session
}
afterEach(async () => {
  for (const session of opened.splice(0)) await session.close()
})

describe('a session for results that go into memory given', () => {
  it('writes what any session writes, and has the outputs of its graph alone', async () => {
    const session = await open(true)
    expect([...session.outputs.keys()]).toEqual(['double', 'picked'])
    const double = float32(new Float32Array(3))
    const picked = float32(new Float32Array(1))
    await session.runInto({ x: float32([1, 2, 3]), i: int64([1]) }, { double, picked })
    expect([...double.data, ...picked.data]).toEqual([2, 4, 6, 2])
  })

  it('gives results in memory of their own, too', async () => {
    const results = await (await open(true)).run({ x: float32([1, 2]), i: int64([0]) })
    expect(results).toEqual({ double: float32([2, 4]), picked: float32([1]) })
  })

  it('says why a run failed', async () => {
    const double = float32(new Float32Array(1))
    const run = (await open(true)).runInto({ x: float32([1]), i: int64([7]) }, { double })
    await expect(run).rejects.toThrow(/^doubling failed to run: Gather .*7/)
  })

  it('makes no copies of results', async () => {
    const bytes = 2 ** 24
    const feeds = { x: float32(new Float32Array(bytes / 4).fill(1)), i: int64([0]) }
    const double = float32(new Float32Array(bytes / 4))
    const grown = async (session: Session) => {
      const before = process.memoryUsage().arrayBuffers
      await session.runInto(feeds, { double })
      return process.memoryUsage().arrayBuffers - before
    }
    expect(await grown(await open(true))).toBeLessThan(bytes / 2)
    expect(double.data.every(value => value === 2)).toBe(true)
    // What the runtime does by itself: once it does not, all of this can go.
    expect(await grown(await open(false))).toBeGreaterThanOrEqual(bytes)
  })
})
