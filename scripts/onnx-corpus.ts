// Puts a folder of public .onnx files (scripts/fixtures/onnx_corpus.py lays one out) through our reader and writer:
// does what we write run, with the same results, and do we infer the shapes that ONNX itself infers?
//
//   node node_modules/typescript/bin/tsc -p tsconfig.tools.json
//   node dist-tools/scripts/onnx-corpus.js FOLDER [OUT]
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as ort from 'onnxruntime-node'
import { messageOf, RandomStream, sizeOf, type Tensor } from '../src/core/index.js'
import {
  dtypeOfCode,
  inferTypes,
  type Model,
  printedWeights,
  printGraph,
  readModel,
  upgradeModel,
  type ValueType,
  writeModel,
} from '../src/onnx/index.js'

export interface CorpusReport {
  files: number
  /** Read, verified and written; the rest are refused, by reason. */
  read: number
  refused: Record<string, number>
  /** Read again after writing and found to be the same graph and the same bytes. */
  same: number
  /** Run by onnxruntime, before and after; the rest it cannot run as they come. */
  ran: number
  sameResults: number
  /** Brought to our operator set from another, and still giving the same results. */
  upgraded: number
  sameUpgraded: number
  /** Dimensions that both we and onnx.shape_inference know as numbers, and those where we agree. */
  dims: { both: number; agree: number }
  problems: string[]
}

type Shapes = Readonly<Record<string, Readonly<Record<string, readonly [number, readonly unknown[] | null]>>>>

/** Results depend on a generator of the runtime's own. */
const random = new Set([
  'Bernoulli',
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Dropout',
])

/** What `out` names gets every file as we write it. */
export async function checkCorpus(folder: string, out?: string): Promise<CorpusReport> {
  const report: CorpusReport = {
    files: 0,
    read: 0,
    refused: {},
    same: 0,
    ran: 0,
    sameResults: 0,
    upgraded: 0,
    sameUpgraded: 0,
    dims: { both: 0, agree: 0 },
    problems: [],
  }
  const shapesFile = path.join(folder, 'shapes.json')
  const shapes: Shapes = existsSync(shapesFile) ? JSON.parse(readFileSync(shapesFile, 'utf8')) : {}
  const files = readdirSync(folder).filter(file => file.endsWith('.onnx'))
  for (const file of files.sort()) {
    report.files++
    const bytes = readFileSync(path.join(folder, file))
    const model = tryRead(bytes, file, report)
    if (!model) continue
    report.read++
    const written = writeModel(model)
    if (out) writeFileSync(path.join(out, file), written)
    if (isSame(model, written)) report.same++
    else report.problems.push(`${file}: read, written and read again it is another model`)
    compareShapes(model, shapes[file] ?? {}, file, report)
    await compareRuns(model, bytes, written, path.join(folder, file), report)
  }
  return report
}

function tryRead(bytes: Uint8Array, file: string, report: CorpusReport): Model | undefined {
  try {
    return readModel(bytes, file)
  } catch (error) {
    const message = messageOf(error).replace(`${file} `, '')
    const reason =
      /of type \w+|defines functions|sparse|is of a kind|is a model for tables|is in operator set \d+/.exec(
        message,
      )?.[0] ?? message
    report.refused[reason] = (report.refused[reason] ?? 0) + 1
    return undefined
  }
}

function isSame(model: Model, written: Uint8Array): boolean {
  const again = readModel(written, 'again')
  const weights = [model, again].map(({ graph }) => [...printedWeights(graph)])
  const sameWeights = weights[0].every(([name, tensor], i) => {
    const [otherName, other] = weights[1][i]
    return (
      name === otherName &&
      Buffer.compare(Buffer.from(tensor.data.buffer), Buffer.from(other.data.buffer)) === 0
    )
  })
  return (
    sameWeights &&
    printGraph(model.graph) === printGraph(again.graph) &&
    JSON.stringify([[...model.opsets], [...model.metadata], model.irVersion, model.producer]) ===
      JSON.stringify([[...again.opsets], [...again.metadata], again.irVersion, again.producer]) &&
    Buffer.compare(written, writeModel(again)) === 0
  )
}

function compareShapes(model: Model, theirs: Shapes[string], file: string, report: CorpusReport): void {
  // What the file declares itself would prove nothing.
  const bare = { ...model.graph, types: new Map() }
  const outputs = new Map(
    Array.from(bare.outputs, ([value, { dtype }]): [string, ValueType] => [value, { dtype }]),
  )
  const { types, outputs: results } = inferTypes({ ...bare, outputs }, model.opsets.get(''))
  for (const [value, [code, dims]] of Object.entries(theirs)) {
    const type = types.get(value) ?? results.get(value)
    const dtype = dtypeOfCode(code)
    if (!type || model.graph.inputs.has(value)) continue
    const wrong =
      (dtype !== undefined && dtype !== type.dtype) ||
      (dims && type.shape && dims.length !== type.shape.length)
    if (wrong) report.problems.push(`${file}: ${value} is ${JSON.stringify(type)}, by ONNX ${dtype} ${dims}`)
    for (const [axis, dim] of dims?.entries() ?? []) {
      const ours = type.shape?.[axis]
      if (typeof dim !== 'number' || typeof ours !== 'number') continue
      report.dims.both++
      if (dim === ours) report.dims.agree++
      else report.problems.push(`${file}: dimension ${axis} of ${value} is ${ours}, by ONNX ${dim}`)
    }
  }
}

async function compareRuns(
  model: Model,
  bytes: Uint8Array,
  written: Uint8Array,
  file: string,
  report: CorpusReport,
): Promise<void> {
  if (model.graph.nodes.some(node => random.has(node.op))) return
  const feeds = feedsFor(model, file.replace(/onnx$/, 'feeds'))
  const expected = await run(bytes, feeds)
  if (expected instanceof Error) return
  report.ran++
  const name = path.basename(file)
  const difference = differs(expected, await run(written, feeds), 0)
  if (difference === undefined) report.sameResults++
  else report.problems.push(`${name}: as we write it, ${difference}`)
  if (model.opsets.get('') === 21) return
  try {
    const upgraded = upgradeModel(model)
    report.upgraded++
    const after = differs(expected, await run(writeModel(upgraded), feeds), 1e-5)
    if (after === undefined) report.sameUpgraded++
    else report.problems.push(`${name}: from operator set ${model.opsets.get('')} to ours, ${after}`)
  } catch (error) {
    const [reason] = /is in operator set \d+|\(\w+\) cannot be brought/.exec(messageOf(error)) ?? [
      messageOf(error),
    ]
    report.refused[reason] = (report.refused[reason] ?? 0) + 1
  }
}

function feedsFor(model: Model, file: string): Record<string, ort.Tensor> {
  const given = existsSync(file)
    ? readModel(readFileSync(file), file).graph.initializers
    : new Map<string, Tensor>()
  const stream = RandomStream.fromSeed(1)
  const feeds: Record<string, ort.Tensor> = {}
  for (const [value, { dtype, shape }] of model.graph.inputs) {
    const tensor = given.get(value)
    if (tensor && tensor.dtype !== 'bfloat16') feeds[value] = toOrt(tensor)
    else if (dtype === 'float32' && shape) {
      const dims = shape.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 2 : 64))
      feeds[value] = new ort.Tensor(
        'float32',
        Float32Array.from({ length: sizeOf(dims) }, () => stream.uniform(-1, 1)),
        dims,
      )
    }
  }
  return feeds
}

/** The runtime's binding takes no bfloat16; a model that needs one is not run. */
function toOrt(tensor: Exclude<Tensor, Tensor<'bfloat16'>>): ort.Tensor {
  const dims = [...tensor.shape]
  return tensor.dtype === 'bool'
    ? new ort.Tensor('bool', tensor.data, dims)
    : new ort.Tensor(tensor.dtype, tensor.data, dims)
}

type Results = Readonly<Record<string, ort.Tensor>>

async function run(bytes: Uint8Array, feeds: Readonly<Record<string, ort.Tensor>>): Promise<Results | Error> {
  try {
    const options = { intraOpNumThreads: 1, logSeverityLevel: 4 } as const
    const session = await ort.InferenceSession.create(bytes, options)
    try {
      return await session.run(feeds)
    } finally {
      await session.release()
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** What differs beyond the relative tolerance, or undefined. */
function differs(expected: Results, got: Results | Error, tolerance: number): string | undefined {
  if (got instanceof Error) return got.message
  for (const [name, a] of Object.entries(expected)) {
    const b = got[name]
    if (a.type !== b.type || a.dims.join() !== b.dims.join())
      return `${name} is ${b.type}[${b.dims}], not ${a.type}[${a.dims}]`
    const [x, y] = [Array.from(a.data, Number), Array.from(b.data, Number)]
    const scale = x.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 1)
    const at = x.findIndex((v, i) => !Object.is(v, y[i]) && !(Math.abs(v - y[i]) <= tolerance * scale))
    if (at >= 0) return `element ${at} of ${name} is ${y[at]}, not ${x[at]}`
  }
  return undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, out] = process.argv.slice(2)
  const report = await checkCorpus(folder, out)
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
}
