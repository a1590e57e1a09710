import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { crossEntropy, differentiate, expandComposites } from '../src/autodiff/index.js'
import { asFloat32, float32, messageOf, sizeOf } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { GraphBuilder, type Model, model, readModelFile, upgradeModel } from '../src/onnx/index.js'
import { benchNetworks } from './networks.js'
import { LastingPython } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, median } from './support/result.js'

const name = 'families'
const threads = 2
const classes = 10
/** Error allowed for every tensor, unless PyTorch's own float32 is as far from its float64. */
const tolerance = 1e-3
/** Operators so old that PyTorch itself cannot write every network with them: then that is told, and is no failure. */
const oldest = 'opset 9'
const cannot = 'PyTorch cannot export it'
/** Two programs that fall over the same activation still differ in the digits behind. */
const slack = 1.1

const readySchema = z.object({
  ready: z.object({
    families: z.array(z.string()),
    exporters: z.array(z.string()),
    skipped: z.string().optional(),
  }),
})

const parameterSchema = z.object({
  value: z.string(),
  parameter: z.string(),
  shape: z.array(z.number()),
  offset: z.number(),
})

const batchSchema = z.object({
  image: z.array(z.number()),
  loss: z.number(),
  floor: z.number(),
  grads: z.string(),
  float32: z.object({ max: z.number(), median: z.number() }),
})

const answerSchema = z.object({
  onnx: z.string(),
  shape: z.array(z.number()),
  labels: z.array(z.number()),
  parameters: z.array(parameterSchema),
  all: z.number(),
  batches: z.array(batchSchema),
})

type Answer = z.infer<typeof answerSchema>
type Batch = z.infer<typeof batchSchema>

interface TensorError {
  readonly parameter: string
  readonly error: number
}

/** The worst tensor and the middle one, and the same of PyTorch's float32. */
interface Comparison {
  readonly worst: TensorError
  readonly median: number
  readonly float32: Batch['float32']
}

/**
 * A small network of each of torchvision's classification families, exported by PyTorch and read here: the gradients
 * of all weights against those of PyTorch in float64, beside the error of PyTorch's own float32. The error of a tensor
 * is its largest difference over its largest gradient. Networks are exported four times: by PyTorch's exporter of today with
 * batch norm folded, as it does by default and with the newest operators, and by the one before with batch norm as it
 * is, with usual operators and the oldest. Then networks as people bring them: {@link benchNetworks}.
 */
export async function benchFamilies(options: BenchOptions): Promise<BenchResult> {
  const { json, only = '' } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-families-'))
  const started = await LastingPython.start('families.py', [folder])
  if ('skipped' in started) return { name, rows: [], skipped: started.skipped }
  const { peer, ready } = started
  const rows: BenchRow[] = []
  const failures: string[] = []
  const notes: string[] = []
  try {
    const { families, exporters, skipped } = readySchema.parse(ready).ready
    for (const family of families)
      for (const exporter of exporters) {
        const what = `${family}, ${exporter}`
        if (!what.includes(only)) continue
        const found = await peer.ask({ family, exporter }).then(measure).catch(messageOf)
        if (typeof found === 'string')
          (exporter.endsWith(oldest) && found.startsWith(cannot) ? notes : failures).push(`${what}: ${found}`)
        else rows.push(...found.rows(what))
        if (typeof found !== 'string' && found.failure !== undefined)
          failures.push(`${what}: ${found.failure}`)
        if (!json) process.stderr.write(`${what}\n`)
      }
    const brought = await benchNetworks(options, folder)
    return {
      name,
      rows: [...rows, ...brought.rows],
      failures: [...failures, ...(brought.failures ?? [])],
      notes: [...notes, ...(brought.notes ?? [])],
      skipped: skipped ?? brought.skipped,
    }
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
  if (error !== undefined) throw new Error(`${cannot}: ${error}`)
  const answer = answerSchema.parse(answered)
  const { worst, median: middle, float32: theirs } = await clearest(answer)
  const line = (what: string, ours: number, their: number) => {
    return { what, unit: 'relative error', ours, theirs: their, ratio: ours / their }
  }
  const held = `${answer.parameters.length} of ${answer.all} tensors`
  const fine = worst.error <= Math.max(tolerance, slack * theirs.max)
  return {
    rows: what => [
      line(`${what}: worst of ${held}`, worst.error, theirs.max),
      line(`${what}: median`, middle, theirs.median),
    ],
    failure: fine ? undefined : `${worst.parameter} is off by ${worst.error.toExponential(1)}`,
  }
}

/**
 * The batch whose worst tensor is best. An activation so near a kink that float32 decides otherwise than float64 spoils
 * some batches, of ours and of PyTorch's; a wrong gradient would show in all of them.
 */
async function clearest(answer: Answer): Promise<Comparison> {
  const session = await Session.open(gradientModel(await readModelFile(answer.onnx), answer), { threads })
  try {
    const all: Comparison[] = []
    for (const batch of answer.batches) {
      const errors = await gradientErrors(session, answer, batch)
      const worst = errors.reduce((a, b) => (b.error <= a.error ? a : b))
      all.push({ worst, median: median(errors.map(each => each.error)), float32: batch.float32 })
    }
    return all.reduce((a, b) => (a.worst.error <= b.worst.error ? a : b))
  } finally {
    await session.close()
  }
}

async function gradientErrors(session: Session, answer: Answer, batch: Batch): Promise<TensorError[]> {
  const targets = float32(new Float32Array(answer.labels.length * classes), [answer.labels.length, classes])
  for (const [row, label] of answer.labels.entries()) targets.data[row * classes + label] = 1
  const results = await session.run({ image: float32(batch.image, answer.shape), targets })
  const stored = readFileSync(batch.grads)
  const exact = new Float32Array(stored.buffer, stored.byteOffset, stored.byteLength / 4)
  const loss = asFloat32(results.loss, 'loss').data[0]
  const errors = answer.parameters.map(({ value, parameter, shape, offset }) => {
    const grad = asFloat32(results[gradName(value)], value).data
    const expected = exact.subarray(offset, offset + sizeOf(shape))
    return { parameter, error: relativeError(grad, expected, batch.floor) }
  })
  return [...errors, { parameter: 'the loss', error: Math.abs(loss / batch.loss - 1) }]
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
  return model(expandComposites(builder.build()))
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
