import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { loadBackbone } from '../../src/backbones/index.js'
import { RandomStream } from '../../src/core/index.js'
import { rankLabels } from '../../src/doctor/deep/index.js'
import { type DeepData, featuresOf, openCheckedData } from '../../src/doctor/index.js'
import { npy } from '../support/npy.js'
import type { BenchRow } from '../support/result.js'
import { cleaners, lastLine } from './tools.js'

/** Share of the labels that are made wrong, and the first part of the ranking in which they are looked for. */
const flippedShare = 0.1
const topShare = 0.15
/** Share of them that has to be there. */
const goal = 0.88
const seeds = 3

const answerSchema = z.object({ ranked: z.array(z.number()) })

/** A tenth of a set's labels flipped by chance, three times: the share of them among the first 15 % of ours and of cleanlab's ranking. */
export async function flippedLabels(
  python: string,
  folder: string,
  tell: (text: string) => void,
): Promise<BenchRow[]> {
  const { notices, ...data } = await openCheckedData(folder)
  for (const notice of notices) tell(notice)
  if (data.labels.length < 2) return []
  const features = await featuresOf(data, { backbone: await loadBackbone('efficientnet-lite0') })
  const shares: { readonly ours: number; readonly theirs: number }[] = []
  for (let seed = 0; seed < seeds; seed++) {
    const { flipped, wrong } = withWrongLabels({ ...data, features }, seed)
    const { scores } = await rankLabels(flipped)
    const ours = shareFound(
      scores.map(({ photo }) => photo),
      wrong,
    )
    const theirs = shareFound(await cleanlabRanking(python, flipped), wrong)
    tell(`${path.basename(folder)}, seed ${seed}: ${ours.toFixed(3)}, cleanlab ${theirs.toFixed(3)}`)
    shares.push({ ours, theirs })
  }
  const mean = (side: 'ours' | 'theirs') => shares.reduce((sum, share) => sum + share[side], 0) / seeds
  const [ours, theirs] = [mean('ours'), mean('theirs')]
  const what = `${path.basename(folder)}: flipped labels in the first 15 % (cleanlab)`
  return [{ what, ours, theirs, unit: '', ratio: ours / theirs, least: goal }]
}

function withWrongLabels(data: DeepData, seed: number) {
  const random = RandomStream.fromSeed(seed).fork('flipped')
  const readable = data.photos.flatMap(({ facts }, i) => (facts.problem === null ? [i] : []))
  const wrong = new Set(random.shuffle(readable).slice(0, Math.round(flippedShare * readable.length)))
  const classes = data.labels.length
  const photos = data.photos.map((photo, i) =>
    wrong.has(i) ? { ...photo, label: (photo.label + 1 + random.integer(classes - 1)) % classes } : photo,
  )
  return { flipped: { ...data, photos }, wrong }
}

function shareFound(ranked: readonly number[], wrong: ReadonlySet<number>): number {
  const top = ranked.slice(0, Math.round(topShare * ranked.length))
  return top.filter(photo => wrong.has(photo)).length / wrong.size
}

/** Numbers of the photos that can be read, the most suspicious first, as cleanlab ranks the same features. */
async function cleanlabRanking(python: string, { photos, features }: DeepData): Promise<number[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  try {
    const readable = photos.flatMap(({ facts }, i) => (facts.problem === null ? [i] : []))
    const rows = new Float32Array(readable.length * features.width)
    for (const [at, photo] of readable.entries())
      rows.set(
        features.data.subarray(photo * features.width, (photo + 1) * features.width),
        at * features.width,
      )
    const file = path.join(folder, 'rows.npy')
    await writeFile(file, npy(rows, [readable.length, features.width]))
    const given = path.join(folder, 'labels.json')
    await writeFile(given, JSON.stringify({ rows: file, labels: readable.map(photo => photos[photo].label) }))
    const { stdout } = await cleaners(python, ['labels', given])
    return answerSchema.parse(lastLine(stdout)).ranked.map(at => readable[at])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
