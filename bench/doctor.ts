import path from 'node:path'
import { evenedOut } from './doctor/evened-out.js'
import { flippedLabels } from './doctor/labels.js'
import { plantedPairs } from './doctor/pairs.js'
import { plantedFaults } from './doctor/planted.js'
import { classifiedSets } from './doctor/plants.js'
import { besideCleanvision, growth } from './doctor/speed.js'
import { tools, versionsOf } from './doctor/tools.js'
import { articlePhotos } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import type { BenchOptions, BenchResult, BenchRow, TextTable } from './support/result.js'

const name = 'doctor'

/** Photos of the comparison with cleanvision, and of the growth; `CHIQUITO_BENCH_PHOTOS` sets fewer for both to try them. */
const besideCount = 10_000
const growthCounts = [1000, 10_000, 100_000]

/** What a part found. */
type Found = Pick<BenchResult, 'rows' | 'tables' | 'notes' | 'failures'>

interface Part {
  readonly what: string
  measure(): Promise<Found>
}

/**
 * What `doctor` finds of planted faults and flipped labels beside other tools on the same photos, what its quick checks take, and
 * what `split --check` finds of planted leaks.
 */
export async function benchDoctor({ json, rounds = 3, only = '' }: BenchOptions): Promise<BenchResult> {
  const python = findPython()
  if (python === undefined) return { name, rows: [], skipped: noPython }
  const tell = (text: string) => void (json || process.stderr.write(`${text}\n`))
  const versions = await versionsOf(python)
  const rows: BenchRow[] = []
  const tables: TextTable[] = []
  const failures: string[] = []
  const notes = Object.entries(versions).map(([tool, version]) =>
    version === null
      ? `${tool} is left out: ${python} cannot import it (pip install -r bench/python/requirements-cleaners.txt)`
      : `${tool} ${version}`,
  )
  for (const { what, measure } of await parts(python, versions, rounds, tell)) {
    if (!what.includes(only)) continue
    tell(what)
    const found = await measure()
    rows.push(...found.rows)
    tables.push(...(found.tables ?? []))
    notes.push(...(found.notes ?? []))
    failures.push(...(found.failures ?? []))
  }
  return { name, rows, tables, notes, failures }
}

async function parts(
  python: string,
  versions: Readonly<Record<string, string | null>>,
  rounds: number,
  tell: (text: string) => void,
): Promise<Part[]> {
  const sets = [articlePhotos() ?? [], await classifiedSets()].flat()
  const others = tools.filter(({ from }) => versions[from] !== null)
  return [
    {
      what: 'planted faults',
      measure: async () => ({ rows: [], ...(await plantedFaults(python, others, tell)) }),
    },
    ...(versions.cleanlab === null ? [] : sets).map(set => ({
      what: `label errors, ${path.basename(set)}`,
      measure: async () => ({ rows: await flippedLabels(python, set, tell) }),
    })),
    { what: 'shortcuts, evened out', measure: () => evenedOut(tell) },
    { what: 'pairs across a split', measure: async () => ({ rows: await plantedPairs(python, tell) }) },
    ...(versions.cleanvision === null
      ? []
      : [
          {
            what: 'speed beside cleanvision',
            measure: async () => ({
              rows: [
                ...(await besideCleanvision(python, asked() ?? besideCount, 'web', rounds, tell)),
                ...(await besideCleanvision(python, asked() ?? besideCount, 'small', rounds, tell)),
              ],
            }),
          },
        ]),
    { what: 'growth', measure: async () => ({ rows: await growth(growthOf(asked()), tell) }) },
  ]
}

function asked(): number | undefined {
  const given = process.env.CHIQUITO_BENCH_PHOTOS
  if (given === undefined) return undefined
  const count = Number(given)
  if (!Number.isInteger(count) || count < 1)
    throw new Error('CHIQUITO_BENCH_PHOTOS is not a number of photos')
  return count
}

/** Three sizes, each ten times the one before; to try it, the largest is what is asked for. */
function growthOf(largest: number | undefined): readonly number[] {
  if (largest === undefined) return growthCounts
  return [largest / 100, largest / 10, largest].map(count => Math.max(1, Math.round(count)))
}
