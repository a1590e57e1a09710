import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError, parsedJson, type WorkOptions } from '../core/index.js'
import { type Dataset, hashFilesOnce, openDataset } from '../dataset/index.js'
import { makeFolder, markOutput, textIfThere, writeFileAtomic } from '../files/index.js'
import { manifestsAt, readManifest } from '../splitting/index.js'
import { openDealer } from './split-folds.js'

/** One fold of one repetition: who is learnt from, and who is measured. */
export interface Round {
  /** Of the repetition. */
  readonly seed: number
  readonly fold: number
  readonly dataset: Dataset
}

/** Tells which photos a folder's sweep is of. */
const ASKED = 'asked.json'
const askedSchema = z.strictObject({ data: z.string() })

export interface RoundsOptions extends WorkOptions {
  readonly data: string
  readonly folds: number
  readonly seeds: number
  readonly seed: number
  readonly followLinks?: boolean | undefined
  readonly labelsFrom?: string | undefined
}

/**
 * The rounds of a sweep: repetition by repetition, fold by fold. Photos are dealt once for each seed, as cross-validation deals them. What
 * came or went since then is told.
 */
export async function dealRounds(
  out: string,
  { data, folds, seeds, seed, followLinks, labelsFrom, progress, signal }: RoundsOptions,
): Promise<Round[]> {
  const work = { followLinks, labelsFrom, progress, signal }
  await makeFolder(out)
  const places = Array.from({ length: seeds }, (_, r) => ({
    seed: seed + r,
    table: path.join(out, 'tables', `${folds}-folds-seed-${seed + r}`),
  }))
  await requireSameData(out, path.resolve(data))
  const missing = places.filter(({ table }) => !existsSync(table))
  if (missing.length > 0) {
    const dealer = await openDealer({ data, ...work }, folds)
    await markOutput(out, 'sweep')
    await writeFileAtomic(path.join(out, ASKED), `${JSON.stringify({ data: path.resolve(data) })}\n`)
    await makeFolder(path.join(out, 'tables'))
    for (const { seed, table } of missing) await dealer.write(table, seed)
  }
  const rounds: Round[] = []
  const hash = hashFilesOnce()
  for (const { seed, table } of places)
    for (const [i, manifest] of (await manifestsAt(table)).entries()) {
      const split = await readManifest(manifest)
      const dataset = await openDataset(data, { split, hash, ...work })
      // All folds of a repetition are of the same photos.
      if (i === 0) for (const message of dataset.notices) progress?.({ kind: 'notice', message })
      rounds.push({ seed, fold: i + 1, dataset })
    }
  return rounds
}

/** @throws `usage` where the folder holds a sweep of other photos */
async function requireSameData(out: string, data: string): Promise<void> {
  const text = await textIfThere(path.join(out, ASKED))
  if (text === '') return
  const asked = askedSchema.safeParse(parsedJson(text))
  if (asked.success && asked.data.data === data) return
  const other = asked.success ? `of the photos in "${asked.data.data}"` : 'of other photos'
  throw new ChiquitoError('usage', `"${out}" holds a sweep ${other}. Give another folder for --out.`)
}
