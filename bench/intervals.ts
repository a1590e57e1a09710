import { RandomStream } from '../src/core/index.js'
import { wilson } from '../src/evaluate/index.js'
import {
  areas,
  type Coverage,
  calibration,
  coverageOf,
  differences,
  equals,
  folded,
  learning,
  shares,
  type World,
} from '../test/support/intervals/index.js'
import { classifiedSets } from './doctor/plants.js'
import { heldBack } from './intervals/held-back.js'
import { articlePhotos } from './support/process.js'
import type { BenchOptions, BenchResult, TextTable } from './support/result.js'

const DRAWS = 10_000
const ROUNDS = 10
/** What an interval of 95 % should reach everywhere: counts are whole, so none has 95 % exactly at every truth. */
const LEAST = 0.92
const LEVEL = 0.05

/** Each kind of interval, with those that take long one by one drawn fewer times: as often in all their worlds together. */
const kinds: readonly { readonly worlds: readonly World[]; readonly draws: (worlds: number) => number }[] = [
  { worlds: shares, draws: () => DRAWS },
  { worlds: differences, draws: () => DRAWS },
  { worlds: folded, draws: () => DRAWS },
  { worlds: areas, draws: () => DRAWS },
  { worlds: calibration, draws: worlds => DRAWS / worlds },
  { worlds: learning, draws: worlds => DRAWS / worlds },
]

/**
 * Do intervals of 95 % hold the truth 95 times in 100? Each that chiquito prints, on photos or points whose truth is known, and how
 * often the paired test calls equal models different. Ten thousand draws; `--rounds 1` takes a tenth of them. `--only "photos held back"`
 * holds the learning curve against half of the article's photos and of the sets that `CHIQUITO_BENCH_SETS` names.
 */
export async function benchIntervals({
  json,
  rounds = ROUNDS,
  only = '',
}: BenchOptions): Promise<BenchResult> {
  const tables: TextTable[] = []
  const failures: string[] = []
  const part = rounds / ROUNDS
  for (const { worlds, draws } of kinds) {
    const asked = worlds.filter(({ figure }) => figure.includes(only))
    const each = Math.max(1, Math.round(part * draws(worlds.length)))
    for (const figure of new Set(asked.map(one => one.figure))) {
      const lines = [['', 'holds it', '95 % interval', 'above it', 'below it']]
      for (const world of asked.filter(one => one.figure === figure)) {
        const coverage = coverageOf(world, each)
        if (!json) process.stderr.write(`${figure}: ${world.what}: ${coverage.held} of ${each}\n`)
        lines.push([world.what, ...cells(coverage)])
        if (coverage.interval[1] < LEAST)
          failures.push(`${figure}: ${world.what}: holds the truth in ${coverage.held} of ${each}`)
      }
      tables.push({ title: `${figure}, ${each} draws each`, lines })
    }
  }
  if ('paired test'.includes(only)) {
    const { table, failures: alarms } = falseAlarms(Math.round(part * DRAWS))
    tables.push(table)
    failures.push(...alarms)
  }
  if ('photos held back'.includes(only)) {
    const article = articlePhotos()
    const sets = [...(article === undefined ? [] : [article]), ...(await classifiedSets())]
    const { table, failures: missed } = await heldBack(sets, text => {
      if (!json) process.stderr.write(`${text}\n`)
    })
    tables.push(table)
    failures.push(...missed)
  }
  return { name: 'intervals', rows: [], tables, failures }
}

function cells({ draws, held, above, below, interval: [low, high] }: Coverage): string[] {
  const share = (count: number) => (count / draws).toFixed(3)
  return [share(held), `${low.toFixed(3)} to ${high.toFixed(3)}`, share(above), share(below)]
}

function falseAlarms(draws: number): { table: TextTable; failures: string[] } {
  const failures: string[] = []
  const lines = [['', 'called different', '95 % interval']]
  for (const { what, isAlarm } of equals) {
    const random = RandomStream.fromSeed(3).fork('alarms', what)
    let alarms = 0
    for (let i = 0; i < draws; i++) if (isAlarm(random)) alarms++
    const [low, high] = wilson(alarms, draws) ?? [0, 1]
    lines.push([what, (alarms / draws).toFixed(4), `${low.toFixed(4)} to ${high.toFixed(4)}`])
    if (low > LEVEL) failures.push(`paired test: ${what}: ${alarms} of ${draws} called different`)
  }
  return {
    table: { title: `paired test, models that are equally good, ${draws} draws each`, lines },
    failures,
  }
}
