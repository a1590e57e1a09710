import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { plural, throwIfAborted, type WorkOptions } from '../core/index.js'
import { ioError } from '../files/index.js'
import { readModelFile } from '../onnx/index.js'
import { type Reproduction, reproduceGolden } from '../predict/index.js'
import { alignedTable } from '../report/index.js'
import { graphDigest, isMetadataSame, parseModelMetadata } from '../run/index.js'
import { modelPath } from './predict.js'

export interface VerifyOptions extends WorkOptions {
  /** A `model.onnx`, or the folder of a run. */
  readonly model: string
}

export interface VerifyResult {
  /** Absolute path of the file. */
  readonly model: string
  readonly labels: readonly string[]
  /** Golden photos that the model carries. */
  readonly golden: number
  /** Whether graph and weights are those that training wrote; null where the file does not say. */
  readonly isGraphSame: boolean | null
  /** Whether what the file says of itself is what it was written with; null where it does not say. */
  readonly isMetadataSame: boolean | null
  readonly runtimes: readonly Reproduction[]
  /** Whether every runtime that is there gives the recorded verdicts and probabilities, from the graph that was trained. */
  readonly holds: boolean
  /** What it comes to, in words. */
  readonly verdict: string
  readonly seconds: number
}

/** Asks a model about the golden photos that it carries, wherever this machine can run it. */
export async function verify({ model: given, progress, signal }: VerifyOptions): Promise<VerifyResult> {
  const started = performance.now()
  const file = await modelPath(given, progress)
  const { graph, metadata, producer } = await readModelFile(file)
  const facts = parseModelMetadata(metadata, file, producer)
  throwIfAborted(signal)
  const bytes = await readFile(file).catch(error => {
    throw ioError(error, 'read', file)
  })
  const runtimes = await reproduceGolden(bytes, facts, { path: file, signal })
  const isGraphSame = facts.graph === undefined ? null : graphDigest(graph) === facts.graph
  const whole = { isGraphSame, isMetadataSame: isMetadataSame(metadata) }
  const holds =
    Object.values(whole).every(isSame => isSame !== false) &&
    runtimes.every(({ state }) => state === 'same' || state === 'absent')
  return {
    model: path.resolve(file),
    labels: facts.labels,
    golden: facts.golden.length,
    ...whole,
    runtimes,
    holds,
    verdict: verdictOf(facts.golden.length, runtimes, whole),
    seconds: (performance.now() - started) / 1000,
  }
}

function verdictOf(
  golden: number,
  runtimes: readonly Reproduction[],
  whole: Pick<VerifyResult, 'isGraphSame' | 'isMetadataSame'>,
): string {
  const asked = runtimes.filter(({ state }) => state !== 'absent')
  const bad = asked.filter(({ state }) => state !== 'same')
  const changed = Math.max(0, ...asked.map(one => one.changed ?? 0))
  const neither = Math.max(0, ...asked.map(one => one.neither ?? 0))
  const familiar = asked.flatMap(({ knownDifference }) => knownDifference ?? [])
  const known = familiar.length === 0 ? '' : `, known within ${small(Math.max(...familiar))}`
  const most = Math.max(0, ...asked.map(one => one.largest?.difference ?? 0))
  const photos = plural(golden, 'golden photo')
  const ways = plural(asked.length, 'way')
  const others = [
    ...(whole.isGraphSame === false ? ['its graph or weights'] : []),
    ...(whole.isMetadataSame === false ? ['its metadata (such as threshold, labels or golden photos)'] : []),
  ]
  const since =
    others.length === 0
      ? ''
      : `${others.join(' and ')} were changed since it was made: copy the file again from where it was trained.`
  if (bad.length === 0)
    return `${photos} answered as when the model was made, in ${ways}: the same verdicts, probabilities within ${small(most)}${known}.${since && ` But ${since}`}`
  const failed = bad.filter(({ state }) => state === 'failed').length
  return (
    `${photos} not answered as when the model was made, in ${bad.length} of ${ways}: ` +
    [
      ...(changed > 0
        ? [`up to ${plural(changed, 'verdict')} changed`]
        : failed < bad.length
          ? ['no verdict changed']
          : []),
      ...(neither > 0 ? [`up to ${neither} now "neither" or no longer`] : []),
      ...(failed < bad.length
        ? [
            `${Number.isNaN(most) ? 'probabilities that are no numbers' : `probabilities up to ${small(most)} off`}${known.replace('within', 'up to')}`,
          ]
        : []),
      ...(failed > 0 ? [`${failed} could not run it`] : []),
    ].join(', ') +
    `.${since && ` I${since.slice(1)}`}`
  )
}

function small(difference: number): string {
  if (Number.isNaN(difference)) return 'NaN'
  return difference === 0 ? '0' : difference < 0.001 ? difference.toExponential(0) : difference.toFixed(3)
}

/** What the columns hold; in their headings it would not fit a terminal. */
const caption = [
  'What onnxruntime answers: verdicts and “neither” that changed, and how far',
  'probabilities and known are off at most:',
]

/** The result for a terminal: the table fits 80 columns, sentences are lines. */
export function verifyText({ verdict, runtimes, seconds }: VerifyResult): string {
  const rows = runtimes.map(
    ({ runtime, version, provider, how, state, changed, neither, largest, knownDifference }) => [
      [runtime.replace(/^onnxruntime-/, ''), ...(version === undefined ? [] : [version])].join(' '),
      provider,
      how,
      state,
      changed === undefined ? '–' : String(changed),
      neither === undefined ? '–' : String(neither),
      largest === undefined ? '–' : small(largest.difference),
      knownDifference === undefined ? '–' : small(knownDifference),
    ],
  )
  const reasons = runtimes.flatMap(({ runtime, provider, state, reason }) =>
    reason === undefined ? [] : [`${state === 'failed' ? '! ' : ''}${runtime}, ${provider}: ${reason}`],
  )
  const table = alignedTable([
    ['runtime', 'on', 'how', 'answers', 'verdict', 'neither', 'off by', 'known'],
    ...rows,
  ])
  return [verdict, '', ...caption, table, '', ...reasons, `in ${seconds.toFixed(1)} s`, ''].join('\n')
}
