import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ahead } from '../../src/core/index.js'
import { Predictor } from '../../src/predict/index.js'
import { filesBelow } from '../support/files.js'
import { manyPhotos, sizeText } from '../support/many-photos.js'
import { checkoutRoot, chiquito, timed } from '../support/process.js'
import { treeMb } from '../support/process-tree.js'
import { type BenchRow, row, type TextTable } from '../support/result.js'

/** Photos that each side judges. */
const PHOTOS = 5000
const SIZE = 'small'

/** Actors, threads of each, photos in a batch, and how they look at them: all that seemed sensible for two processors. The best one counts. */
const ways = [
  ['2', '1', '32', 'batch'],
  ['2', '1', '8', 'batch'],
  ['2', '1', '32', 'each'],
  ['1', '2', '32', 'batch'],
  ['1', '1', '32', 'tasks'],
] as const

export interface RayOptions {
  readonly run: string
  readonly folder: string
  readonly python: string
  readonly rounds: number
  readonly say: (line: string) => void
}

interface Found {
  readonly rows: readonly BenchRow[]
  readonly tables: readonly TextTable[]
  readonly failures: readonly string[]
}

/**
 * The same photos by the same model file, whole processes in turn: time, and then the most memory of all processes of each side. How long the
 * network takes for as many pictures that need not be read tells how much of the time is the runtime's, which is the same on both sides.
 */
export async function besideRay({ run, folder, python, rounds, say }: RayOptions): Promise<Found> {
  const photos = filesBelow(await manyPhotos(PHOTOS, SIZE, made => say(`${made} photos are there`)))
  const list = path.join(folder, 'photos.txt')
  await writeFile(list, `${photos.join('\n')}\n`)
  const [mine, his] = [path.join(folder, 'ours.jsonl'), path.join(folder, 'ray.jsonl')]
  const script = path.join(checkoutRoot(), 'bench/python/ray_predict.py')
  const model = path.join(run, 'model.onnx')
  const ours = async (memory?: typeof treeMb) => {
    await rm(mine, { force: true })
    return chiquito(['predict', run, list, '--out', mine, '--json', '--quiet'], {}, memory)
  }
  const theirs = (way: readonly string[], memory?: typeof treeMb) =>
    timed(python, [script, model, list, his, ...way], {}, memory)
  const tried: { readonly way: (typeof ways)[number]; readonly seconds: number }[] = []
  for (const way of ways) {
    const { seconds } = await theirs(way)
    tried.push({ way, seconds })
    say(`Ray Data, ${wayText(way)}: ${seconds.toFixed(1)} s`)
  }
  const [best] = tried.sort((a, b) => a.seconds - b.seconds)
  const seconds = { ours: [] as number[], theirs: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    const a = await ours()
    const b = await theirs(best.way)
    seconds.ours.push(a.seconds)
    seconds.theirs.push(b.seconds)
    say(`round ${round + 1} of ${rounds}: ${a.seconds.toFixed(1)} s, Ray ${b.seconds.toFixed(1)} s`)
  }
  const alone = await networkAlone(model)
  say(`the network alone: ${alone.toFixed(1)} s`)
  // Looking at the memory of many processes takes time of its own.
  const memory = { ours: (await ours(treeMb)).peakMb, theirs: (await theirs(best.way, treeMb)).peakMb }
  const what = `${PHOTOS} photos of ${sizeText(SIZE)}`
  return {
    rows: [
      row(`${what}: time`, 's', seconds.ours, seconds.theirs, { target: 0.7 }),
      row(`${what}: most memory`, 'MB', [memory.ours ?? Number.NaN], [memory.theirs ?? Number.NaN], {
        target: 0.5,
      }),
      row('of ours, the network alone, as often: time', 's', [alone], seconds.theirs),
    ],
    tables: [
      {
        title: 'Ray Data, each way once',
        lines: [['way', 'time'], ...tried.map(({ way, seconds: s }) => [wayText(way), `${s.toFixed(1)} s`])],
      },
    ],
    failures: await disagreement(mine, his),
  }
}

/** Seconds that the network takes for as many pictures, all cores at work, without any photo read. */
async function networkAlone(model: string): Promise<number> {
  const predictor = await Predictor.open(model, { expected: PHOTOS })
  try {
    const { size } = predictor.metadata.view
    // What the picture shows makes no difference to how long it takes.
    const picture = new Uint8Array(size * size * 3).map((_, i) => i % 251)
    const pictures = Array.from({ length: PHOTOS }, () => picture)
    const started = performance.now()
    for await (const _ of ahead(pictures, predictor.atOnce, view => predictor.judgeViews([view])));
    return (performance.now() - started) / 1000
  } finally {
    await predictor.close()
  }
}

const looks = {
  batch: 'decoded there, judged as one',
  each: 'decoded there, judged one at a time',
  tasks: 'decoded by tasks, judged as one',
} as const

function wayText([actors, threads, batch, look]: (typeof ways)[number]): string {
  return `${actors} actor(s) of ${threads} thread(s), ${batch} photos at a time, ${looks[look]}`
}

/** Labels may differ where Pillow's filter changes a close call: in one photo of twenty at most. */
async function disagreement(mine: string, his: string): Promise<string[]> {
  const read = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n').map(rowIn)
  const [a, b] = [await read(mine), await read(his)]
  const same = a.filter((one, i) => one.path === b[i]?.path && one.label === b[i]?.label).length
  if (a.length === PHOTOS && b.length === PHOTOS && same >= 0.95 * PHOTOS) return []
  return [`${same} of ${a.length} verdicts are those of Ray's ${b.length}`]
}

function rowIn(line: string): { readonly path: unknown; readonly label: unknown } {
  const { path: photo, label } = JSON.parse(line)
  return { path: photo, label }
}
