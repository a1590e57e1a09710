import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { chiquito, highWaterMark } from '../support/process.js'
import type { BenchRow } from '../support/result.js'
import { plants, type Truth } from './plants.js'

const leaksSchema = z.object({
  leaks: z.array(z.object({ train: z.string(), held: z.string(), kind: z.string() })),
})

/** What must be found of the planted pairs, and how many of a hundred named pairs may be false. */
const [foundGoal, falseGoal] = [0.95, 0.02]

/** How `split --check` ends where nothing leaks, and where something does. */
const leaking = [0, 1]

/** `split --check` on plants whose copies lie on the other side than their originals. */
export async function plantedPairs(python: string, tell: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const [number, { division, truth }] of (await plants(python)).entries()) {
    tell(`plant ${number}: split --check`)
    const cache = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
    try {
      const env = { CHIQUITO_CACHE: cache }
      const args = ['split', division, '--check', '--json', '--quiet']
      const { stdout } = await chiquito(args, env, highWaterMark, leaking)
      const { leaks } = leaksSchema.parse(JSON.parse(stdout))
      rows.push(...judged(`plant ${number}`, truth, leaks))
    } finally {
      await rm(cache, { recursive: true, force: true })
    }
  }
  return rows
}

type Leaks = z.infer<typeof leaksSchema>['leaks']

function judged(plant: string, truth: Truth, leaks: Leaks): BenchRow[] {
  const named = new Set(leaks.map(({ train, held }) => `${train}\n${held}`))
  const found = truth.pairs.filter(({ train, valid }) => named.has(`${train}\n${valid}`)).length
  const family = (file: string) => truth.family[path.posix.basename(file)]
  const wrong = leaks.filter(({ train, held }) => family(train) !== family(held)).length
  const { length: all } = truth.pairs
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return [
    {
      what: `${plant}: planted pairs found, of ${all}`,
      ours: share(found, all),
      theirs: Number.NaN,
      unit: '',
      ratio: Number.NaN,
      least: foundGoal,
    },
    {
      what: `${plant}: false ones among ${leaks.length} named`,
      ours: share(wrong, leaks.length),
      theirs: Number.NaN,
      unit: '',
      ratio: Number.NaN,
      limit: falseGoal,
    },
  ]
}
