import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { besideRay } from './overnight/beside-ray.js'
import { million } from './overnight/million.js'
import { filesBelow } from './support/files.js'
import { articlePhotos, chiquito, noArticlePhotos } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import type { BenchOptions, BenchResult } from './support/result.js'

const name = 'overnight'
const manyKills = 20
const manyRounds = 3

/**
 * `predict --out` for many photos: a million rows made of the article's photos, in one go and killed again and again; and 5,000 photos beside
 * Ray Data. `--rounds` is how often it is killed, and how often each side takes its turn.
 */
export async function benchOvernight({ json, only = '', rounds }: BenchOptions): Promise<BenchResult> {
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const say = (line: string) => (json ? undefined : console.error(line))
  const parts: Awaited<ReturnType<typeof million>>[] = []
  const notes: string[] = []
  try {
    const run = process.env.CHIQUITO_BENCH_RUN ?? (await trained(photos, folder))
    if ('million rows'.includes(only)) {
      const files = filesBelow(photos).filter(file => !file.endsWith('.json'))
      parts.push(await million({ run, photos: files, folder, kills: rounds ?? manyKills, say }))
    }
    if ('ray'.includes(only)) {
      const python = findPython()
      if (python === undefined) notes.push(`beside Ray: ${noPython}`)
      else parts.push(await besideRay({ run, folder, python, rounds: rounds ?? manyRounds, say }))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return {
    name,
    rows: parts.flatMap(part => part.rows),
    tables: parts.flatMap(part => part.tables),
    failures: parts.flatMap(part => part.failures),
    notes,
  }
}

async function trained(photos: string, folder: string): Promise<string> {
  const run = path.join(folder, 'run')
  await chiquito(['train', photos, '--out', run, '--fine-tune', 'never', '--quiet'])
  return run
}
