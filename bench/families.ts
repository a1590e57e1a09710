import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { crossEntropy, differentiate } from '../src/autodiff/index.js'
import { asFloat32, float32, messageOf, sizeOf } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { GraphBuilder, type Model, model, readModelFile, upgradeModel } from '../src/onnx/index.js'
import { PythonPeer } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, median } from './support/result.js'

const name = 'families'
const threads = 2
const classes = 10
/** Error allowed for every tensor, unless PyTorch's own float32 is as far from its float64. */
const tolerance = 1e-3

const readySchema = z.object({
  torch: z.string(),
  families: z.array(z.string()),
  exporters: z.array(z.string()),
})

const parameterSchema = z.object({
  value: z.string(),
  parameter: z.string(),
  shape: z.array(z.number()),
  offset: z.number(),
})

const answerSchema = z.object({
  onnx: z.string(),
  grads: z.string(),
  image: z.array(z.number()),
  shape: z.array(z.number()),
  labels: z.array(z.number()),
  loss: z.number(),
  floor: z.number(),
  float32: z.object({ max: z.number(), median: z.number() }),
  parameters: z.array(parameterSchema),
  missing: z.array(z.string()),
})

type Answer = z.infer<typeof answerSchema>

interface TensorError {
  readonly parameter: string
  readonly error: number
}

/**
 * A small network of each of torchvision's classification families, exported by PyTorch and read here: the gradients
 * of all weights against those of PyTorch in float64, beside the error of PyTorch's own float32. The error of a tensor
 * is its largest difference over its largest gradient.
 */
export async function benchFamilies({ json }: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-families-'))
  const started = await PythonPeer.start('families.py', [folder])
  if ('skipped' in started) return { name, rows: [], skipped: started.skipped }
  const { peer, ready } = started
  const rows: BenchRow[] = []
  const failures: string[] = []
  try {
    const { families, exporters } = readySchema.parse(ready)
    for (const family of families)
      for (const exporter of exporters) {
        const what = `${family}, ${exporter}`
        const found = await measure(await peer.ask({ family, exporter })).catch(messageOf)
        if (typeof found === 'string') failures.push(`${what}: ${found}`)
        else rows.push(...found.rows(what))
        if (typeof found !== 'string' && found.failure !== undefined)
          failures.push(`${what}: ${found.failure}`)
        if (!json) process.stderr.write(`${what}\n`)
      }
    return { name, rows, failures }
  } finally {
    peer.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Measured {
  readonly rows: (what: string) => BenchRow[]
  readonly failure: string | undefined
}

async function measure(answered: unknown): Promise<Measured> {
  const { error } = z.object({ error: z.string().optional() }).parse(answered)
  if (error !== undefined) throw new Error(`PyTorch cannot export it: ${error}`)
  const answer = answerSchema.parse(answered)
  const errors = await gradientErrors(answer)
  const worst = errors.reduce((a, b) => (b.error <= a.error ? a : b))
  const most = median(errors.map(each => each.error))
  const fine = worst.error <= Math.max(tolerance, answer.float32.max)
  const line = (what: string, ours: number, theirs: number) => {
    return { what, unit: 'relative error', ours, theirs, ratio: ours / theirs }
  }
  return {
    rows: what => [
      line(`${what}: worst of ${errors.length} tensors`, worst.error, answer.float32.max),
      line(`${what}: median`, most, answer.float32.median),
    ],
    failure: fine ? missingOf(answer) : `${worst.parameter} is off by ${worst.error.toExponential(1)}`,
  }
}

function missingOf({ missing }: Answer): string | undefined {
  return missing.length === 0 ? undefined : `the file has no ${missing.join(', ')}`
}

async function gradientErrors(answer: Answer): Promise<TensorError[]> {
  const session = await Session.open(gradientModel(await readModelFile(answer.onnx), answer), { threads })
  try {
    const targets = float32(new Float32Array(answer.labels.length * classes), [answer.labels.length, classes])
    for (const [row, label] of answer.labels.entries()) targets.data[row * classes + label] = 1
    const results = await session.run({ image: float32(answer.image, answer.shape), targets })
    const stored = readFileSync(answer.grads)
    const exact = new Float32Array(stored.buffer, stored.byteOffset, stored.byteLength / 4)
    const loss = asFloat32(results.loss, 'loss').data[0]
    const lossError = { parameter: 'the loss', error: Math.abs(loss / answer.loss - 1) }
    const errors = answer.parameters.map(({ value, parameter, shape, offset }) => {
      const grad = asFloat32(results[gradName(value)], value).data
      return {
        parameter,
        error: relativeError(grad, exact.subarray(offset, offset + sizeOf(shape)), answer.floor),
      }
    })
    return [...errors, lossError]
  } finally {
    await session.close()
  }
}

const gradName = (value: string) => `grad.${value}`

/** The network with its loss and the gradients of all parameters. */
function gradientModel(given: Model, { shape, parameters, labels }: Answer): Model {
  const { graph } = upgradeModel(given)
  const builder = new GraphBuilder('gradients')
  const image = builder.input('image', 'float32', shape)
  const targets = builder.input('targets', 'float32', [labels.length, classes])
  const outputs = builder.append(graph, new Map([['image', image]]))
  const loss = crossEntropy(builder, outputs.get('logits') ?? '', targets)
  const values = parameters.map(parameter => parameter.value)
  for (const [value, grad] of differentiate(builder, loss, values)) builder.output(grad, gradName(value))
  builder.output(loss, 'loss')
  return model(builder.build())
}

/** NaN counts as wrong: no comparison finds it small. */
function relativeError(actual: Float32Array, exact: Float32Array, floor: number): number {
  let difference = 0
  let scale = floor
  for (const [i, value] of exact.entries()) {
    const off = Math.abs(actual[i] - value)
    if (!(off <= difference)) difference = off
    scale = Math.max(scale, Math.abs(value))
  }
  return difference / scale
}
