import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { checkoutRoot, timed } from '../support/process.js'

const truthSchema = z.object({
  clean: z.array(z.string()),
  faults: z.array(z.object({ file: z.string(), fault: z.string(), of: z.string().nullable() })),
  family: z.record(z.string(), z.number()),
  pairs: z.array(z.object({ train: z.string(), valid: z.string(), fault: z.string() })),
  sets: z.record(z.string(), z.number()),
})

export type Truth = z.infer<typeof truthSchema>

/** Clean photos with faults among them, and what is true of each file; see `bench/python/plant.py`. */
export interface Plant {
  /** One folder of photos. */
  readonly photos: string
  /** The copies among them divided so that each leaks. */
  readonly division: string
  readonly truth: Truth
}

/** Plants of photos that no other plant has. */
const count = 2

/**
 * Two plants in `.cache/bench`, made once for a script and its sources: the article's photos and LFW's beside the
 * checkout, and what lies in `.cache/sets` and in the folders of `CHIQUITO_BENCH_SETS`. Or those that `plant.py` made before,
 * with what seed and of what photos ever, in the folder of `CHIQUITO_BENCH_PLANTS`.
 * @throws Error where there are too few photos
 */
export async function plants(python: string): Promise<Plant[]> {
  const made = process.env.CHIQUITO_BENCH_PLANTS
  if (made === undefined) return Promise.all(numbered(await plantsMade(python), count))
  const entries = await readdir(made)
  return Promise.all(numbered(made, entries.filter(entry => /^\d+$/.test(entry)).length))
}

function numbered(folder: string, count: number): Promise<Plant>[] {
  return Array.from({ length: count }, async (_, number) => {
    const place = path.join(folder, String(number))
    const truth = truthSchema.parse(JSON.parse(await readFile(path.join(place, 'truth.json'), 'utf8')))
    return { photos: path.join(place, 'photos'), division: path.join(place, 'division'), truth }
  })
}

/** The folder of the plants, made where it is not there. */
async function plantsMade(python: string): Promise<string> {
  const script = path.join(checkoutRoot(), 'bench', 'python', 'plant.py')
  const sources = await photoSets()
  if (sources.length === 0)
    throw new Error('no photos to plant faults in: see bench/README.md for where they are looked for')
  const key = createHash('sha256')
    .update(await readFile(script))
    .update(sources.join('\n'))
    .digest('hex')
  const folder = path.join(checkoutRoot(), '.cache', 'bench', `plants-${key.slice(0, 12)}`)
  if (!existsSync(folder))
    await timed(python, [script, '--out', folder, '--plants', String(count), ...sources])
  return folder
}

/** Drawings, and pictures of 25 pixels: not what is meant by photos. */
const noPhotos = new Set(['clipart', 'emoji', 'people', 'faces'])

/** Where photos are: folders, or archives of them. */
export async function photoSets(): Promise<string[]> {
  const shared = path.join(checkoutRoot(), '..', 'shared', 'datasets')
  const beside = [path.join(shared, 'chiquito'), path.join(shared, 'lfw-mini.tgz')]
  return [...beside.filter(each => existsSync(each)), ...(await classifiedSets())]
}

/** Folders of classes: what `bench/python/sets.py` laid out, and those that `CHIQUITO_BENCH_SETS` names. */
export async function classifiedSets(): Promise<string[]> {
  const given = (process.env.CHIQUITO_BENCH_SETS ?? '').split(path.delimiter).filter(Boolean)
  const folder = path.join(checkoutRoot(), '.cache', 'sets')
  if (!existsSync(folder)) return given
  const entries = await readdir(folder, { withFileTypes: true })
  const found = entries.filter(entry => entry.isDirectory() && !noPhotos.has(entry.name))
  return [...found.map(entry => path.join(folder, entry.name)).sort(), ...given]
}
