import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { messageOf } from '../src/core/index.js'
import type { Trained } from './support/network-step.js'
import { Peer, type Started } from './support/peer.js'
import { checkoutRoot } from './support/process.js'
import { findPython, noPython, startPython } from './support/python.js'
import { randomResNet34 } from './support/resnet-weights.js'
import { type BenchOptions, type BenchResult, type BenchRow, median, row } from './support/result.js'
import { type StepPeer, startStepPeer, stepPeers } from './support/step-peers.js'

const name = 'step'
const batch = 8
const size = 224
const threads = 2
/** Turns each side takes, and steps a turn: short turns, so that a busy moment hits all sides. */
const manyRounds = 9
const stepsPerRound = 2
const formats = ['nchw', 'channels_last'] as const
/** Losses before the first and the second step may differ so much: the second follows from all gradients. */
const tolerances = [2e-4, 3e-3]
/** Longest wait for an answer of another library, in ms. */
const PATIENCE = 30 * 60_000

interface Case {
  readonly what: string
  readonly network: 'efficientnet-lite0' | 'resnet34'
  readonly trained: Trained
  readonly form: 'lowered' | 'plain'
  /** Largest ratio of times. */
  readonly target: number
  /** Largest ratio of peak memory, or largest peak in MB; not looked at where neither is given. */
  readonly memory?: Pick<BenchRow, 'target' | 'limit'>
}

const lite0 = { network: 'efficientnet-lite0', trained: 'all', form: 'lowered' } as const
const cases: readonly Case[] = [
  { ...lite0, what: 'efficientnet-lite0, all layers', target: 0.45, memory: { target: 0.3 } },
  { ...lite0, what: 'efficientnet-lite0, last six blocks and head', trained: 'last', target: 0.42 },
  { ...lite0, what: 'efficientnet-lite0, training-mode batch norm', trained: 'batch-norm', target: 0.48 },
  { ...lite0, what: 'efficientnet-lite0, plain ONNX', form: 'plain', target: 1 },
  { ...lite0, what: 'resnet34, all layers', network: 'resnet34', target: 0.9, memory: { limit: 1500 } },
]

/**
 * Seconds a training step takes, batch 8 at 224 pixels, float32, two threads, SGD with momentum: against the faster
 * memory format of PyTorch, sides in turn, each in a process of its own whose peak memory is told, too; then against
 * other libraries that a TypeScript program can train with, where they can be installed. Sides whose losses differ
 * before the first or second step are no comparison: that is a failure.
 */
export async function benchStep({
  json,
  rounds = manyRounds,
  only = '',
}: BenchOptions): Promise<BenchResult> {
  if (findPython() === undefined) return { name, rows: [], skipped: noPython }
  const tell = (text: string) => json || process.stderr.write(`${text}\n`)
  const rows: BenchRow[] = []
  const failures: string[] = []
  const notes: string[] = []
  for (const one of cases.filter(({ what }) => what.includes(only))) {
    tell(one.what)
    const found = await compare(one, rounds)
    if ('skipped' in found) {
      notes.push(`${one.what}: ${found.skipped}`)
      continue
    }
    rows.push(...found.rows)
    failures.push(...found.failures)
  }
  for (const peer of stepPeers.filter(({ name: who }) => who.includes(only))) {
    tell(peer.name)
    const found = await compareWithPeer(peer)
    if ('skipped' in found) notes.push(`${peer.name}: ${found.skipped}`)
    else {
      rows.push(...found.rows)
      failures.push(...found.failures)
    }
  }
  return { name, rows, notes, failures }
}

interface Compared {
  readonly rows: readonly BenchRow[]
  readonly failures: readonly string[]
}

type Outcome = Compared | { readonly skipped: string }

async function compare(
  { what, network, trained, form, target, memory }: Case,
  rounds: number,
): Promise<Outcome> {
  const weights = network === 'resnet34' ? randomResNet34() : undefined
  const given = weights === undefined ? [] : ['--weights', weights]
  const shape = ['--batch', batch, '--size', size, '--threads', threads].map(String)
  const sides = await startAll([
    startOurs(weights === undefined ? network : `${network}=${weights}`, trained, form, batch),
    ...formats.map(format => startPython('step.py', [network, trained, format, ...given, ...shape])),
  ])
  if ('skipped' in sides) return sides
  const [ours, ...theirs] = sides.peers
  try {
    // The first turn warms all sides up and tells whether they do the same.
    const first: Turn[] = []
    for (const side of sides.peers) first.push(await turn(side, stepsPerRound))
    const failures = first
      .slice(1)
      .flatMap((each, i) => differences(`${what}, ${formats[i]}`, first[0], each))
    const seconds: number[][] = sides.peers.map(() => [])
    for (let round = 0; round < rounds; round++)
      for (const [i, side] of sides.peers.entries())
        seconds[i].push(...(await turn(side, stepsPerRound)).seconds)
    const medians = theirs.map((_, i) => median(seconds[i + 1]))
    const better = medians.indexOf(Math.min(...medians))
    const rows = [
      row(`${what} (PyTorch ${formats[better]})`, 's', seconds[0], seconds[better + 1], { target }),
    ]
    const peaks = [ours.peakMb(), theirs[better].peakMb()]
    if (memory && peaks[0] !== undefined && peaks[1] !== undefined)
      rows.push(row(`${what}, peak memory`, 'MB', [peaks[0]], [peaks[1]], memory))
    return { rows, failures }
  } finally {
    for (const side of sides.peers) side.close()
  }
}

/** One step warms another library up, one is measured: some need minutes. */
async function compareWithPeer(library: StepPeer): Promise<Outcome> {
  const photos = library.batch ?? batch
  const sides = await startAll([
    startOurs('efficientnet-lite0', 'all', 'lowered', photos),
    startStepPeer(library, photos, size),
  ])
  if ('skipped' in sides) return sides
  const [ours, theirs] = sides.peers
  const what = `efficientnet-lite0, all layers (${library.name}${photos === batch ? '' : `; both batch ${photos}`})`
  try {
    const first = [await turn(ours, 1), await turn(theirs, 1)]
    const next = [await turn(ours, stepsPerRound), await turn(theirs, 1)]
    const losses = next.map(({ losses }, i) => [...first[i].losses, losses[0]])
    const failures = differences(what, { losses: losses[0] }, { losses: losses[1] })
    return { rows: [row(what, 's', next[0].seconds, next[1].seconds)], failures }
  } catch (error) {
    return { skipped: messageOf(error) }
  } finally {
    for (const side of sides.peers) side.close()
  }
}

function startOurs(backbone: string, trained: Trained, form: Case['form'], photos: number): Promise<Started> {
  const worker = fileURLToPath(new URL('./workers/step.js', import.meta.url))
  const args = [worker, backbone, trained, form, ...[photos, size, threads].map(String)]
  return Peer.start('our side', process.execPath, args, { cwd: checkoutRoot() })
}

/** All sides, or why one of them is not there; then the others are ended. */
async function startAll(
  starting: readonly Promise<Started>[],
): Promise<{ peers: Peer[] } | { skipped: string }> {
  const started = await Promise.all(starting)
  const peers = started.flatMap(one => ('peer' in one ? [one.peer] : []))
  const reason = started.flatMap(one => ('skipped' in one ? [one.skipped] : [])).at(0)
  if (reason === undefined) return { peers }
  for (const peer of peers) peer.close()
  return { skipped: reason }
}

const turnSchema = z.object({ seconds: z.array(z.number()), losses: z.array(z.number()) })

type Turn = z.infer<typeof turnSchema>

async function turn(side: Peer, run: number): Promise<Turn> {
  return turnSchema.parse(await side.ask({ run }, PATIENCE))
}

interface Losses {
  readonly losses: readonly number[]
}

/** A comparison of two programs that compute different things would be worth nothing. */
function differences(what: string, ours: Losses, theirs: Losses): string[] {
  return tolerances.flatMap((tolerance, step) => {
    const [a, b] = [ours.losses[step], theirs.losses[step]]
    if (Math.abs(a / b - 1) <= tolerance) return []
    return [`${what}: loss before step ${step + 1} is ${a}, theirs ${b}`]
  })
}
