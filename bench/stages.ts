import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Figure, figures, isFigure } from './pass/measured.js'
import { drawnPhotos } from './queue-kills/passes.js'
import { handing } from './stages/handing.js'
import { looking } from './stages/looking.js'
import { manyPhotos } from './support/many-photos.js'
import { chiquito } from './support/process.js'
import { noRedis, QueueServer } from './support/queue.js'
import { type BenchOptions, type BenchResult, type BenchRow, median } from './support/result.js'

const PHOTOS = 512

/**
 * What each stage of a pass over photos costs (`predict --out --queue`), photo by photo and job by job: `bench pass` computes from it what a
 * hundred million photos would cost.
 */
export async function benchStages({ json, rounds = 3 }: BenchOptions): Promise<BenchResult> {
  const name = 'stages'
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-stages-'))
  const server = await QueueServer.start(folder)
  try {
    if (server === undefined) return { name, rows: [], skipped: noRedis }
    const say = (line: string) => (json ? undefined : console.error(line))
    const photos = await manyPhotos(PHOTOS, 'web', made => say(`${made} photos are there`))
    const run = process.env.CHIQUITO_BENCH_RUN ?? (await trained(folder))
    const values = new Map<Figure, number[]>()
    for (let round = 0; round < rounds; round++) {
      const looked = await looking({ photos, run, folder })
      const handed = await handing(server, path.join(folder, String(round)))
      for (const [figure, value] of Object.entries({ ...looked, ...handed }))
        if (isFigure(figure)) values.set(figure, [...(values.get(figure) ?? []), value])
      say(`round ${round + 1} of ${rounds}`)
    }
    return { name, rows: [...values].map(([figure, all]) => rowOf(figure, median(all))) }
  } finally {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function rowOf(figure: Figure, ours: number): BenchRow {
  const [what, unit] = figures[figure]
  return { what, ours, theirs: Number.NaN, unit, ratio: Number.NaN }
}

async function trained(folder: string): Promise<string> {
  const photos = await drawnPhotos(path.join(folder, 'photos'))
  const run = path.join(folder, 'run')
  await chiquito(['train', photos, '--out', run, '--fine-tune', 'never', '--quiet'])
  return run
}
