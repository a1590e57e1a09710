// Our side of the step times in `bench families`: training steps of a network from an .onnx file, as `train` makes them, in a
// process that does only that.
//
//   network-step.js FILE.onnx BATCH SIZE THREADS
//
// Reads requests from standard input, one JSON object a line:  {"run": 3}  ->  {"seconds": of each step}
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { sgd } from '../../src/autodiff/index.js'
import { featureWidth, loadBackbone } from '../../src/backbones/index.js'
import { RandomStream, zeros } from '../../src/core/index.js'
import { runtimeVersion } from '../../src/engine/index.js'
import { linearHead } from '../../src/train/heads/index.js'
import { layerGroups, NetworkTrainer } from '../../src/train/network/index.js'

const [file, batchSize, size, threads] = z
  .tuple([z.string(), z.coerce.number(), z.coerce.number(), z.coerce.number()])
  .parse(process.argv.slice(2))
const backbone = await loadBackbone(file)
const { name } = backbone.layers[backbone.layers.length - 1]
const spec = { layers: [{ name, pools: ['avg' as const] }] }
const head = linearHead(featureWidth(backbone, spec, size), 2)
const groups = layerGroups(backbone, head)
const trainer = await NetworkTrainer.open({
  ...{ backbone, spec, size, batchSize, threads, head, groups },
  weights: new Map(head.parameters.map(({ name, shape }) => [name, zeros(shape)])),
  optimizer: sgd({ momentum: 0.9 }),
  batchNorm: 'none',
  random: RandomStream.fromSeed(0),
})
const pixels = new Uint8Array(batchSize * size * size * 3).map((_, i) => (i * 7919) % 251)
const targets = new Float32Array(2 * batchSize).map((_, i) => Number(i % 2 === (i >> 1) % 2))
const rates = groups.map(() => 1e-3)
tell({ ready: `onnxruntime ${runtimeVersion()}` })
for await (const line of createInterface({ input: process.stdin })) {
  const { run } = z.object({ run: z.number() }).parse(JSON.parse(line))
  const seconds: number[] = []
  for (let i = 0; i < run; i++) {
    const begin = performance.now()
    await trainer.step({ pixels, targets }, rates)
    seconds.push((performance.now() - begin) / 1000)
  }
  tell({ seconds })
}
await trainer.close()

function tell(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
