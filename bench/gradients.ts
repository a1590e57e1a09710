import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { differentiate } from '../src/autodiff/index.js'
import { loadBackbone } from '../src/backbones/index.js'
import { asFloat32, float32, type Tensor } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { lowerGraph } from '../src/lowering/index.js'
import { model } from '../src/onnx/index.js'
import { batchOf, networkLoss } from './support/network-step.js'
import type { Peer } from './support/peer.js'
import { findPython, noPython, startPython } from './support/python.js'
import { randomResNet34 } from './support/resnet-weights.js'
import { type BenchOptions, type BenchResult, type BenchRow, median } from './support/result.js'

const name = 'gradients'
const batch = 8
const size = 224
const threads = 2
/** Batches looked at: the one in the middle counts. */
const manyRounds = 3
/**
 * Networks, with the error allowed for every tensor unless PyTorch's own float32 is as far from its float64. Batch norm
 * in training mode subtracts nearly equal numbers, on both sides.
 */
const cases = [
  { network: 'efficientnet-lite0', trained: 'all', tolerance: 1e-3 },
  { network: 'efficientnet-lite0', trained: 'batch-norm', tolerance: 1e-2 },
  { network: 'resnet34', trained: 'all', tolerance: 1e-3 },
] as const
/** A bias before another batch norm has the gradient 0, of which float64 leaves something smaller than this. */
const nothing = 1e-12
type Case = (typeof cases)[number]
const forms = ['lowered', 'plain'] as const

const answerSchema = z.object({
  image: z.string(),
  grads: z.string(),
  loss: z.number(),
  parameters: z.array(z.object({ name: z.string(), length: z.number(), float32: z.number() })),
})

interface TensorError {
  readonly name: string
  readonly error: number
}

/** Errors of all tensors over one batch. */
interface Errors {
  readonly ours: readonly TensorError[]
  readonly theirs: readonly TensorError[]
}

/**
 * The gradient of every tensor of the embedded network and of ResNet-34 (random weights), batch 8 at 224 pixels, against
 * PyTorch's float64, beside the error of PyTorch's own float32; an error is the norm of the difference over the norm.
 * A batch in which some activation is so near a kink that float32 decides otherwise is a bad one for both sides, so of
 * each side the batch in the middle counts.
 */
export async function benchGradients({
  json,
  rounds = manyRounds,
  only = '',
}: BenchOptions): Promise<BenchResult> {
  if (findPython() === undefined) return { name, rows: [], skipped: noPython }
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-gradients-'))
  const rows: BenchRow[] = []
  const failures: string[] = []
  try {
    for (const one of cases) {
      const { network, trained } = one
      const what = trained === 'all' ? network : `${network}, training-mode batch norm`
      if (!what.includes(only)) continue
      const weights = network === 'resnet34' ? randomResNet34() : undefined
      const given = weights === undefined ? [] : ['--weights', weights]
      const mode = trained === 'all' ? [] : ['--train']
      const shape = ['--batch', batch, '--size', size, '--threads', threads].map(String)
      const started = await startPython('gradients.py', [network, folder, ...given, ...mode, ...shape])
      if ('skipped' in started) return { name, rows, skipped: started.skipped }
      const backbone = weights === undefined ? network : `${network}=${weights}`
      try {
        for (const form of forms) {
          if (!json) process.stderr.write(`${what}, ${form}\n`)
          const found = reported(
            `${what}, ${form}`,
            one,
            await measure(backbone, trained, form, started.peer, rounds),
          )
          rows.push(...found.rows)
          failures.push(...found.failures)
        }
      } finally {
        started.peer.close()
      }
    }
    return { name, rows, failures }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function reported(
  what: string,
  { tolerance }: Case,
  { ours, theirs }: Errors,
): { rows: BenchRow[]; failures: string[] } {
  const worst = (errors: Errors['ours']) => errors.reduce((a, b) => (b.error <= a.error ? a : b))
  const middle = (errors: Errors['ours']) => median(errors.map(each => each.error))
  const line = (of: string, a: number, b: number): BenchRow => {
    return { what: `${what}: ${of}`, unit: 'relative error', ours: a, theirs: b, ratio: a / b }
  }
  const [a, b] = [worst(ours), worst(theirs)]
  const isFine = a.error <= Math.max(tolerance, b.error)
  return {
    rows: [
      line(`worst of ${ours.length} tensors`, a.error, b.error),
      line('median', middle(ours), middle(theirs)),
    ],
    failures: isFine ? [] : [`${what}: ${a.name} is off by ${a.error.toExponential(1)}`],
  }
}

/** Of each side the batch in the middle by its worst tensor. */
async function measure(
  backbone: string,
  trained: Case['trained'],
  form: (typeof forms)[number],
  peer: Peer,
  rounds: number,
): Promise<Errors> {
  const { session, weights } = await openGradients(backbone, trained, form)
  try {
    const all: Errors[] = []
    for (let seed = 0; seed < rounds; seed++)
      all.push(await errorsOf(session, weights, await peer.ask({ seed })))
    return { ours: middleOf(all.map(each => each.ours)), theirs: middleOf(all.map(each => each.theirs)) }
  } finally {
    await session.close()
  }
}

function middleOf(batches: readonly (readonly TensorError[])[]): readonly TensorError[] {
  const worst = (errors: readonly TensorError[]) => Math.max(...errors.map(each => each.error))
  return batches.toSorted((a, b) => worst(a) - worst(b))[Math.floor(batches.length / 2)]
}

const gradName = (value: string) => `grad.${value}`

async function openGradients(backbone: string, trained: Case['trained'], form: (typeof forms)[number]) {
  const { builder, loss, weights, carried } = networkLoss({
    backbone: await loadBackbone(backbone),
    trained,
    batch,
    size,
  })
  for (const [value, grad] of differentiate(
    builder,
    loss,
    [...weights.keys()].filter(name => !carried.has(name)),
  ))
    builder.output(grad, gradName(value))
  builder.output(loss, 'loss')
  const graph = await lowerGraph(builder.build(), { plain: form === 'plain' })
  const session = await Session.open(model(graph), { threads })
  // Running statistics are not read for gradients.
  const read = Array.from(weights).filter(([name]) => session.inputs.has(name))
  return { session, weights: new Map(read) }
}

async function errorsOf(
  session: Session,
  weights: ReadonlyMap<string, Tensor>,
  answered: unknown,
): Promise<Errors> {
  const { image, grads, loss, parameters } = answerSchema.parse(answered)
  const pixels = float32(new Float32Array(bytesOf(image)), [batch, 3, size, size])
  const { targets } = batchOf({ batch, size })
  const results = await session.run({ ...Object.fromEntries(weights), image: pixels, targets })
  const exact = new Float64Array(bytesOf(grads))
  let offset = 0
  const ours = parameters.flatMap(({ name: parameter, length }) => {
    const grad = asFloat32(results[gradName(parameter.replace(/^_fc\./, 'fc.'))], parameter).data
    offset += length
    const truth = exact.subarray(offset - length, offset)
    if (truth.every(value => Math.abs(value) < nothing)) return []
    return [{ name: parameter, error: relativeError(grad, truth) }]
  })
  const compared = new Set(ours.map(each => each.name))
  const found = asFloat32(results.loss, 'loss').data[0]
  return {
    ours: [...ours, { name: 'the loss', error: Math.abs(found / loss - 1) }],
    theirs: parameters
      .filter(({ name: parameter }) => compared.has(parameter))
      .map(({ name: parameter, float32: error }) => ({ name: parameter, error })),
  }
}

/** The bytes of a file in memory of their own, so that numbers of any width can be read from it. */
function bytesOf(file: string): ArrayBuffer {
  return new Uint8Array(readFileSync(file)).buffer
}

/** NaN counts as wrong: no comparison finds it small. */
function relativeError(actual: Float32Array, exact: Float64Array): number {
  if (actual.length !== exact.length) return Number.NaN
  let difference = 0
  let total = 0
  for (const [i, value] of exact.entries()) {
    difference += (actual[i] - value) ** 2
    total += value ** 2
  }
  return Math.sqrt(difference / total)
}
