import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { writeTree } from '../test/support/files.js'
import { drawings } from '../test/support/photos.js'
import { articlePhotos, timed } from './support/process.js'
import type { BenchOptions, BenchResult, BenchRow } from './support/result.js'

const name = 'estimate'
const worker = fileURLToPath(new URL('workers/estimates.js', import.meta.url))

/** When estimates are looked at, in seconds. */
const moments = [3, 5, 10, 20]

const toldSchema = z.object({
  told: z.array(z.tuple([z.number(), z.number(), z.number().nullable()])),
  isTried: z.boolean(),
  seconds: z.number(),
})

/**
 * How long `train` said it would take, some seconds after its start, beside how long it took, from an empty cache. Where
 * fine-tuning was tried, what it said for that case counts.
 */
export async function benchEstimate({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const rows: BenchRow[] = []
  try {
    for (const [set, data] of Object.entries(await photoSets(folder))) {
      if (!set.includes(only)) continue
      const out = path.join(folder, `run on ${set}`)
      const { stdout } = await timed(process.execPath, [worker, data, out], {
        CHIQUITO_CACHE: `${out} cache`,
      })
      const found = rowsOf(set, toldSchema.parse(JSON.parse(stdout)))
      if (!json)
        for (const { what, ours, theirs } of found) process.stderr.write(`${what}: ${ours} ${theirs}\n`)
      rows.push(...found)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const notes = articlePhotos() ? [] : ["the article's photos are not there, and left out"]
  return { name, rows, notes: ['ours is what was said, theirs what it was: 0.5 to 2 is meant', ...notes] }
}

function rowsOf(set: string, { told, isTried, seconds }: z.infer<typeof toldSchema>): BenchRow[] {
  return moments.flatMap((moment): BenchRow[] => {
    const [at, least, most] = told.findLast(([time]) => time <= moment) ?? []
    if (at === undefined || least === undefined || moment > seconds) return []
    const ours = at + ((isTried ? most : null) ?? least)
    return [{ what: `${set}: after ${moment} s`, unit: 's', ours, theirs: seconds, ratio: ours / seconds }]
  })
}

/** The article's photos, drawings that are easily told apart, and some that are not at all. */
async function photoSets(folder: string): Promise<Record<string, string>> {
  const at = (set: string) => path.join(folder, set)
  const many = {
    ...(await drawings('ball', 'ball', 300, { side: 400 })),
    ...(await drawings('wave', 'wave', 300, { side: 400 })),
  }
  const drawn = Object.entries(await drawings('ball', 'ball', 160, { side: 250 }))
  const mixed = drawn.map(([file, bytes], i) => [file.replace('ball/', i % 2 ? 'odd/' : 'even/'), bytes])
  writeTree(many, at('easy drawings'))
  writeTree(Object.fromEntries(mixed), at('drawings that are all alike'))
  const article = articlePhotos()
  return {
    ...(article && { 'the article': article }),
    'easy drawings': at('easy drawings'),
    'drawings that are all alike': at('drawings that are all alike'),
  }
}
