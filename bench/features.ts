import { featureModel, loadBackbone } from '../src/backbones/index.js'
import { asFloat32, uint8 } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { startPython } from './support/python.js'
import { type BenchOptions, type BenchResult, median, row } from './support/result.js'

const name = 'features'
const batch = 8
const size = 224
const threads = 2
/** Turns each side takes, and runs a turn: short turns, so that a busy moment hits both. */
const manyRounds = 15
const runs = 4
/** Features are of order one; both sides compute in float32, in another order. */
const tolerance = 1e-3

/**
 * Photos a second through the frozen embedded network, batch 8 at 224 pixels, against PyTorch's better memory format
 * with the same weights on as many threads. Ours starts from bytes, PyTorch from floats already preprocessed.
 */
export async function benchFeatures({ json, rounds = manyRounds }: BenchOptions): Promise<BenchResult> {
  const started = await startPython('features.py', [batch, size, threads].map(String))
  if ('skipped' in started) return { name, rows: [], skipped: started.skipped }
  const { peer } = started
  const backbone = await loadBackbone('efficientnet-lite0')
  const model = featureModel(backbone, { size, batch, layers: [{ name: 'head', pools: ['avg'] }] })
  const session = await Session.open(model, { threads })
  try {
    const feeds = { pixels: uint8(pixels(), [batch, size, size, 3]) }
    const { features } = await session.run(feeds)
    checkAgreement(asFloat32(features, 'features').data, await peer.ask({ features: true }))
    const rates = { ours: [] as number[], nchw: [] as number[], channels_last: [] as number[] }
    for (let round = -1; round < rounds; round++) {
      const taken = {
        ours: await secondsOf(() => session.run(feeds)),
        nchw: secondsIn(await peer.ask({ run: 'nchw', count: runs })),
        channels_last: secondsIn(await peer.ask({ run: 'channels_last', count: runs })),
      }
      // The first round warms both sides up.
      if (round < 0) continue
      for (const side of ['ours', 'nchw', 'channels_last'] as const)
        rates[side].push((batch * runs) / taken[side])
      if (!json) process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    }
    const better = median(rates.nchw) > median(rates.channels_last) ? 'nchw' : 'channels_last'
    const what = `frozen features, batch ${batch}, ${threads} threads (PyTorch ${better})`
    return { name, rows: [row(what, 'photos/s', rates.ours, rates[better])] }
  } finally {
    await session.close()
    peer.close()
  }
}

/** The bytes both sides are fed. */
function pixels(): Uint8Array {
  return Uint8Array.from({ length: batch * size * size * 3 }, (_, at) => (at * 7919 + (at >> 5)) % 256)
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  for (let i = 0; i < runs; i++) await run()
  return (performance.now() - begin) / 1000
}

function secondsIn(answer: unknown): number {
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'seconds' in answer &&
    typeof answer.seconds === 'number'
  )
    return answer.seconds
  throw new Error(`bench/python/features.py answered ${JSON.stringify(answer)}`)
}

/** A comparison of two programs that compute different things would be worth nothing. */
function checkAgreement(ours: Float32Array, answer: unknown): void {
  const theirs =
    typeof answer === 'object' && answer !== null && 'features' in answer ? answer.features : undefined
  if (!Array.isArray(theirs) || theirs.length !== ours.length)
    throw new Error(`PyTorch gave no ${ours.length} features`)
  const largest = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i])), 0)
  if (!(largest < tolerance)) throw new Error(`features differ from PyTorch's by ${largest}`)
}
