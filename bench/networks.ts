import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { asFloat32, messageOf, uint8 } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { readModelFile } from '../src/onnx/index.js'
import { Peer, type Started } from './support/peer.js'
import { checkoutRoot, chiquito } from './support/process.js'
import { LastingPython, startPython } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

const name = 'networks'
const size = 96
const batch = 8
const threads = 1
/** Turns each side takes, and steps a turn. */
const manyRounds = 5
const stepsPerRound = 2
const formats = ['nchw', 'channels_last'] as const
/** Networks whose step ends PyTorch's process in a memory format (2.15, FastViT): timed in the others. */
const endsPyTorch: Readonly<Record<string, readonly string[]>> = { fastvit_t8: ['channels_last'] }
/** How the network was exported whose steps are timed, where that exporter takes it. */
const stepWay = 'dynamo'
/** What `--only` finds the times by. */
const stepName = 'a step'
const modes = ['never', 'auto', 'always'] as const
/** A saved model may answer otherwise elsewhere by so much. */
const tolerance = 1e-5
/** Longest wait for an answer of PyTorch, in ms. */
const patience = 20 * 60_000

const readySchema = z.object({
  ready: z.object({ networks: z.array(z.string()), ways: z.array(z.string()) }),
})
const exportSchema = z.object({ onnx: z.string().optional(), error: z.string().optional() })
const answersSchema = z.object({ probabilities: z.array(z.number()) })
const turnSchema = z.object({ seconds: z.array(z.number()) })

interface Found {
  rows: readonly BenchRow[]
  notes: readonly string[]
  failures: readonly string[]
}

/**
 * Networks of timm as people bring them, each by several exporters and operator sets: trained by the command line in all
 * three ways, its model compared with what onnxruntime in Python makes of it; then the time of a training step and
 * the peak memory, all weights, against the faster memory format of PyTorch, one thread, batch 8 at 96 pixels.
 *
 * @param folder scratch.
 */
export async function benchNetworks(options: BenchOptions, folder: string): Promise<BenchResult> {
  const started = await LastingPython.start('networks.py', ['files', folder])
  if ('skipped' in started) return { name, rows: [], skipped: started.skipped }
  const { peer, ready } = started
  const found: Found = { rows: [], notes: [], failures: [] }
  const photos = path.join(folder, 'photos')
  try {
    const { networks, ways } = readySchema.parse(ready).ready
    await peer.ask({ photos })
    const isWanted = (what: string) => what.includes(options.only ?? '')
    for (const network of networks) {
      const areStepsWanted = isWanted(`${network}, ${stepName}`)
      let last: string | undefined
      for (const way of ways) {
        const what = `${network}, ${way}`
        if (!isWanted(what) && !(areStepsWanted && way === stepWay)) continue
        const { onnx, error } = await exported(peer, network, way)
        if (onnx === undefined) merge(found, { notes: [`${what}: PyTorch cannot export it: ${error}`] })
        else {
          if (isWanted(what)) merge(found, await trainAll(peer, what, onnx, photos, folder))
          last = way === stepWay ? onnx : (last ?? onnx)
        }
        if (!options.json) process.stderr.write(`${what}\n`)
      }
      if (!areStepsWanted || last === undefined) continue
      const times = await stepTimes(network, last, options.rounds ?? manyRounds)
      merge(found, times)
      if (!options.json)
        for (const { what, ratio } of times.rows ?? []) process.stderr.write(`${what}: ${ratio.toFixed(2)}\n`)
    }
    return { name, ...found }
  } finally {
    peer.close()
  }
}

/** The file, or why there is none; an exporter that takes Python down with it is one more reason. */
async function exported(
  peer: LastingPython,
  network: string,
  way: string,
): Promise<z.infer<typeof exportSchema>> {
  try {
    return exportSchema.parse(await peer.ask({ network, way }, patience))
  } catch (error) {
    return { error: messageOf(error) }
  }
}

function merge(found: Found, { rows = [], notes = [], failures = [] }: Partial<Found>): void {
  found.rows = [...found.rows, ...rows]
  found.notes = [...found.notes, ...notes]
  found.failures = [...found.failures, ...failures]
}

/** Trains in all three ways; the models must answer the same in Python. */
async function trainAll(
  peer: LastingPython,
  what: string,
  onnx: string,
  photos: string,
  folder: string,
): Promise<Partial<Found>> {
  const failures: string[] = []
  for (const mode of modes) {
    const out = path.join(folder, 'runs', `${path.basename(onnx)}-${mode}`)
    const epochs = mode === 'never' ? [] : ['--epochs', '1']
    const args = ['train', photos, '--out', out, '--backbone', onnx, '--size', `${size}`, '--fine-tune', mode]
    try {
      await chiquito([...args, ...epochs, '--quiet'], { CHIQUITO_CACHE: path.join(folder, 'cache') })
      const model = path.join(out, 'model.onnx')
      const theirs = answersSchema.parse(await peer.ask({ answers: model, size }, patience)).probabilities
      const ours = await answersHere(model)
      const far = Math.max(...ours.map((p, i) => Math.abs(p - theirs[i])))
      if (!(far <= tolerance))
        failures.push(`${what}, ${mode}: the saved model answers otherwise in Python by ${far}`)
    } catch (error) {
      failures.push(`${what}, ${mode}: ${messageOf(error)}`)
    }
  }
  return { failures }
}

/** What networks.py asks of the model, here. */
async function answersHere(file: string): Promise<number[]> {
  const data = new Uint8Array(2 * size * size * 3)
  let k = 0
  for (let n = 0; n < 2; n++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        for (let c = 0; c < 3; c++) data[k++] = 7 * i + 13 * j + 50 * c + 31 * n * i
  const session = await Session.open(await readModelFile(file))
  const { probabilities } = await session.run({ pixels: uint8(data, [2, size, size, 3]) })
  await session.close()
  return [...asFloat32(probabilities, 'probabilities').data]
}

async function stepTimes(network: string, onnx: string, rounds: number): Promise<Partial<Found>> {
  const worker = fileURLToPath(new URL('./workers/network-step.js', import.meta.url))
  const shape = [batch, size, threads].map(String)
  const forms = formats.filter(form => !endsPyTorch[network]?.includes(form))
  const starting: Promise<Started>[] = [
    Peer.start('our side', process.execPath, [worker, onnx, ...shape], { cwd: checkoutRoot() }),
    ...forms.map(form => startPython('networks.py', ['step', network, form, ...shape])),
  ]
  const started = await Promise.all(starting)
  const peers = started.flatMap(one => ('peer' in one ? [one.peer] : []))
  try {
    const skipped = started.flatMap(one => ('skipped' in one ? [one.skipped] : []))
    if (skipped.length > 0) return { failures: skipped.map(why => `${network}: no step times: ${why}`) }
    const [ours, ...theirs] = await takeTurns(peers, rounds)
    if ('died' in ours) return { failures: [`${network}: no step times: ${ours.died}`] }
    const notes: string[] = []
    const rowsBy = theirs.flatMap((side, i) => {
      if ('died' in side) {
        notes.push(`${network}, PyTorch ${forms[i]}: ${side.died}`)
        return []
      }
      const what = `${network}, ${stepName} (PyTorch ${forms[i]})`
      return [{ times: row(what, 's', ours.seconds, side.seconds), peak: side.peak }]
    })
    if (rowsBy.length === 0) return { notes, failures: [`${network}: no side to compare step times with`] }
    const { times, peak } = rowsBy.reduce((a, b) => (a.times.theirs <= b.times.theirs ? a : b))
    const memory =
      ours.peak === undefined || peak === undefined
        ? []
        : [row(`${network}, peak memory`, 'MB', [ours.peak], [peak])]
    return { rows: [times, ...memory], notes }
  } finally {
    for (const side of peers) side.close()
  }
}

type Side = { readonly seconds: number[]; readonly peak: number | undefined } | { readonly died: string }

/** Times of steps, turn by turn after one to warm up; a side that dies is told of and the others go on. */
async function takeTurns(peers: readonly Peer[], rounds: number): Promise<Side[]> {
  const seconds: number[][] = peers.map(() => [])
  const died = new Map<number, string>()
  for (let round = -1; round < rounds; round++)
    for (const [i, side] of peers.entries()) {
      if (died.has(i)) continue
      try {
        const turn = turnSchema.parse(await side.ask({ run: stepsPerRound }, patience)).seconds
        if (round >= 0) seconds[i].push(...turn)
      } catch (error) {
        died.set(i, messageOf(error))
      }
    }
  return peers.map((side, i) => {
    const words = died.get(i)
    return words === undefined ? { seconds: seconds[i], peak: side.peakMb() } : { died: words }
  })
}
