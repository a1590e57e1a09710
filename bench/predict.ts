import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chiquito, timed } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, row } from './support/result.js'

const name = 'predict'
const manyRounds = 7

/**
 * A verdict on one photo from a cold start, the whole process, beside the time Python takes to `import torch` and do
 * nothing; in turn.
 */
export async function benchPredict({ json, rounds = manyRounds }: BenchOptions): Promise<BenchResult> {
  const python = findPython()
  if (python === undefined) return { name, rows: [], skipped: noPython }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  try {
    const run = path.join(folder, 'run')
    const { stdout } = await chiquito(['demo', '--out', run, '--json', '--quiet'])
    const photo = firstPhoto(stdout)
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = -1; round < rounds; round++) {
      const a = await chiquito(['predict', run, photo])
      const b = await timed(python, ['-c', 'import torch'])
      // The first round brings both programs into the file cache.
      if (round < 0) continue
      ours.push(a.seconds)
      theirs.push(b.seconds)
      if (!json) process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    }
    return { name, rows: [row('predict one photo, Python: import torch', 's', ours, theirs)] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function firstPhoto(stdout: string): string {
  const result: unknown = JSON.parse(stdout)
  if (
    typeof result === 'object' &&
    result !== null &&
    'predictions' in result &&
    Array.isArray(result.predictions)
  )
    return String(result.predictions[0].path)
  throw new Error('chiquito demo gave no predictions')
}
