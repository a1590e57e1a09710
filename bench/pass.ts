import { readMeasured } from './pass/measured.js'
import { passTables } from './pass/tables.js'
import type { BenchResult } from './support/result.js'

/**
 * What a pass over a hundred million photos would cost, by figures that `bench stages` measured and a simulation of askers, workers, storage
 * and Redis: `docs/scale.md` quotes it.
 */
export async function benchPass(): Promise<BenchResult> {
  return { name: 'pass', rows: [], tables: passTables(readMeasured()) }
}
