// One training, and what it said of its time. Tells [seconds since the start, seconds to go, the same if more pays] each time.
//
//   estimates.js PHOTOS RUN
import type { ProgressEvent } from '../../src/index.js'
import { train } from '../../src/index.js'

const [data, out] = process.argv.slice(2)
const started = performance.now()
const told: [number, number, number | null][] = []
let isTried = false
const progress = (event: ProgressEvent) => {
  if (event.kind === 'estimate')
    told.push([(performance.now() - started) / 1000, event.seconds, event.perhaps?.seconds ?? null])
  if (event.kind === 'start' && event.task === 'does fine-tuning pay?') isTried = true
}
await train({ data, out, threads: 2, progress })
process.stdout.write(`${JSON.stringify({ told, isTried, seconds: (performance.now() - started) / 1000 })}\n`)
