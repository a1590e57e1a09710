import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError } from '../core/index.js'
import { errorCode, ioError, isThere, textIfThere, writeFileAtomic } from '../files/index.js'
import { removeRun, requireRemovable } from '../run/index.js'
import { settingsSchema } from './resume.js'
import type { TrainOptions } from './train-options.js'
import { requireSameSettings } from './train-settings.js'

/** What was asked for, so that nothing else is gone on with. */
const ASKED = 'asked.json'
const TABLES = 'tables'
/** What lies beside the runs of folds: figures over them, and the mark. */
const besideRuns = ['report.html', 'metrics.json', 'chiquito.json']

const repeatName = /^repeat-\d+$/
const foldName = /^fold-\d+$/

/** Name of the run of a fold whose table is in this file. */
export function foldNameOf(manifest: string): string {
  return path.basename(manifest).replace(/\.[^.]*$/, '')
}

const askedSchema = z.object({
  data: z.string(),
  folds: z.number(),
  seed: z.number(),
  /** Not there where an older version began. */
  settings: settingsSchema.optional(),
})

/** What a repeated cross-validation is of. */
export type AskedFolds = z.infer<typeof askedSchema>

/** What training is told, beside where photos and runs lie and how far it is. */
export function settingsIn({
  recipe,
  backbone,
  preprocessing,
  size,
  fineTune,
  epochs,
  budget,
  coverage,
  background,
  followLinks,
  labelsFrom,
}: TrainOptions): AskedFolds['settings'] {
  return settingsSchema.parse({
    ...{ recipe, backbone, preprocessing, size, fineTune, epochs, budget, coverage, followLinks, labelsFrom },
    background: background && path.resolve(background),
  })
}

/** The tables of a repetition (from 0), and the folder of its runs. */
export function placesOfRepeat(out: string, r: number): { readonly table: string; readonly name: string } {
  const name = `repeat-${r + 1}`
  return { table: path.join(out, TABLES, name), name }
}

/**
 * The cross-validation that a folder holds; undefined where it is new or empty, or a kill came before anything was done.
 *
 * @throws `usage` where it holds other things, or something that was not asked to go on with or to be replaced; `data`, `io`
 */
export async function begunIn(
  out: string,
  { resume, overwrite }: Pick<TrainOptions, 'resume' | 'overwrite'>,
): Promise<AskedFolds | undefined> {
  const names = await namesIn(out)
  const foreign = names.find(name => ![...besideRuns, TABLES, ASKED].includes(name) && !repeatName.test(name))
  if (foreign !== undefined) throw otherThings(out, foreign)
  if (names.length > 0 && !resume && !overwrite)
    throw new ChiquitoError(
      'usage',
      `"${out}" already holds a cross-validation. Go on with it with --resume, give another folder, or --overwrite to replace it.`,
    )
  if (resume && overwrite)
    throw new ChiquitoError(
      'usage',
      '--resume goes on with a cross-validation, --overwrite replaces it. Leave one of them out.',
    )
  if (overwrite) await requireReplaceable(out)
  const before = await readAsked(out)
  // It is written before tables and runs are, so that a kill leaves none without it.
  if (resume && !before && names.some(name => name === TABLES || repeatName.test(name)))
    throw new ChiquitoError(
      'data',
      `"${path.join(out, ASKED)}", which says what was begun, is missing or damaged. Give another folder, or --overwrite in the place of --resume.`,
    )
  return before
}

async function readAsked(out: string): Promise<AskedFolds | undefined> {
  const text = await textIfThere(path.join(out, ASKED))
  try {
    return askedSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Refuses to go on with another cross-validation than was begun. @throws `usage` */
export function requireSameFolds(
  out: string,
  before: AskedFolds,
  asked: Pick<AskedFolds, 'data' | 'folds'> & { readonly seed: number | undefined },
  given: TrainOptions,
): void {
  const other = (['data', 'folds', 'seed'] as const).find(
    name => asked[name] !== undefined && before[name] !== asked[name],
  )
  if (other !== undefined)
    throw new ChiquitoError(
      'usage',
      `The cross-validation in "${out}" was begun with ${other} ${JSON.stringify(before[other])}, not ${JSON.stringify(asked[other])}. ` +
        'Give the same, or another folder; or --overwrite in the place of --resume, which begins anew.',
    )
  if (before.settings) requireSameSettings({ ...given, seed: undefined }, before.settings)
}

export async function writeAsked(out: string, asked: AskedFolds): Promise<void> {
  await writeFileAtomic(path.join(out, ASKED), `${JSON.stringify(asked)}\n`)
}

/**
 * Removes a cross-validation to make room for another. What was asked for goes last: until then a kill leaves what can be gone on
 * with, or removed again.
 *
 * @throws `usage` where a folder in it holds other things, before anything is removed; `io`
 */
export async function clearFolds(out: string): Promise<void> {
  if (!(await isThere(out))) return
  try {
    for (const repeat of await foldersIn(out, repeatName)) {
      for (const run of await foldersIn(repeat, foldName)) await removeRun(run)
      await removeFiles(repeat)
      await rmdir(repeat)
    }
    await removeWhole(path.join(out, TABLES))
    await removeFiles(out)
    await rm(path.join(out, ASKED), { force: true })
  } catch (error) {
    throw ioError(error, 'replace the cross-validation in', out)
  }
}

/** Removes the runs of folds that a new division does not have. @throws `usage`, `io` */
export async function clearOtherFolds(out: string, names: readonly string[]): Promise<void> {
  const others = (await foldersIn(out, foldName)).filter(run => !names.includes(path.basename(run)))
  for (const run of others) await requireRemovable(run)
  for (const run of others) await removeRun(run)
}

async function requireReplaceable(out: string): Promise<void> {
  for (const repeat of await foldersIn(out, repeatName)) {
    const names = await namesIn(repeat)
    const foreign = names.find(name => !besideRuns.includes(name) && !foldName.test(name))
    if (foreign !== undefined) throw otherThings(repeat, foreign)
    for (const run of await foldersIn(repeat, foldName)) await requireRemovable(run)
  }
}

function otherThings(folder: string, name: string): ChiquitoError {
  return new ChiquitoError(
    'usage',
    `"${folder}" holds other things, such as "${name}". Give a new folder for the runs of the folds.`,
  )
}

async function removeFiles(folder: string): Promise<void> {
  for (const name of besideRuns) await rm(path.join(folder, name), { force: true })
  // Leftovers of writes that were cut off, and what a system puts into folders that it shows.
  for (const name of await readdir(folder))
    if (name.startsWith('.')) await rm(path.join(folder, name), { recursive: true, force: true })
}

/** Tables of which some are missing would be taken for a division into fewer folds, so they go at once. */
async function removeWhole(folder: string): Promise<void> {
  const aside = path.join(path.dirname(folder), `.${path.basename(folder)}.tmp`)
  await rm(aside, { recursive: true, force: true })
  if (await isThere(folder)) await rename(folder, aside)
  await rm(aside, { recursive: true, force: true })
}

async function foldersIn(folder: string, pattern: RegExp): Promise<string[]> {
  return (await namesIn(folder)).filter(name => pattern.test(name)).map(name => path.join(folder, name))
}

/** What a person sees of a folder; nothing where it is not there. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => !name.startsWith('.')).sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw ioError(error, 'read the folder', folder)
  }
}
