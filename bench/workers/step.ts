// Our side of `bench step`: training steps of a network, in a process that does only that.
//
//   step.js BACKBONE all|last|batch-norm lowered|plain [BATCH] [SIZE] [THREADS]
//
// Reads requests from standard input, one JSON object a line, as bench/python/step.py does:
//   {"run": 3}  ->  {"seconds": of each step, "losses": before each step}
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { loadBackbone } from '../../src/backbones/index.js'
import { runtimeVersion } from '../../src/engine/index.js'
import { NetworkStep } from '../support/network-step.js'

const [name, trained, form, batch, size, threads] = z
  .tuple([
    z.string(),
    z.enum(['all', 'last', 'batch-norm']),
    z.enum(['lowered', 'plain']),
    z.coerce.number(),
    z.coerce.number(),
    z.coerce.number(),
  ])
  .parse(process.argv.slice(2))
const backbone = await loadBackbone(name)
const network = await NetworkStep.open({ backbone, trained, plain: form === 'plain', batch, size, threads })
tell({ ready: `onnxruntime ${runtimeVersion()}` })
for await (const line of createInterface({ input: process.stdin })) {
  const { run } = z.object({ run: z.number() }).parse(JSON.parse(line))
  const seconds: number[] = []
  const losses: number[] = []
  for (let i = 0; i < run; i++) {
    const begin = performance.now()
    losses.push(await network.step())
    seconds.push((performance.now() - begin) / 1000)
  }
  tell({ seconds, losses })
}
await network.close()

function tell(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
