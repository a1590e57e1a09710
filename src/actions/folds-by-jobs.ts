import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { loadBackbone } from '../backbones/index.js'
import { ChiquitoError, plural, throwIfAborted } from '../core/index.js'
import { enterWrappers } from '../dataset/index.js'
import { fileSha256, makeFolder, writeFileAtomic } from '../files/index.js'
import { type BlobStore, getResult, type Job } from '../jobs/index.js'
import { RunFolder } from '../run/index.js'
import { readManifest } from '../splitting/index.js'
import { workStore } from './engine-choice.js'
import { foldNameOf, settingsIn } from './folds-folder.js'
import { type Content, putContents } from './jobs/contents.js'
import { type AskedFold, foldFiles, foldTexts, moved, type PlaceOfFold, RUN_PLACE } from './jobs/fold.js'
import { unpackFiles } from './jobs/packed-files.js'
import { keptSoFar } from './kept-so-far.js'
import { openEngine } from './open-engine.js'
import type { RunOptions } from './train-options.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

/** Tables of photos come in these; a data set has one or a few. */
const isTable = /\.(csv|tsv|txt|json|jsonl|parquet)$/i
const MOST_TABLES = 1000

/**
 * Has the folds of a cross-validation trained by others: each that is not finished gets its run, as if it had been trained here. Times in
 * it are those of whoever trained it.
 *
 * @param out - folder of the runs
 * @returns the names of those that were trained
 * @throws what a fold's training throws, naming the fold; `io`, `interrupted`
 */
export async function foldsByJobs(
  manifests: readonly string[],
  out: string,
  options: Omit<RunOptions, 'manifest'>,
): Promise<ReadonlySet<string>> {
  const { progress, signal, resume = false } = options
  if (options.budget !== undefined)
    throw new ChiquitoError(
      'usage',
      '--budget has no effect with --queue: what fits into it depends on who is at work. Leave one of them out.',
    )
  const wanted: string[] = []
  for (const manifest of manifests)
    if (!(resume && (await isFinished(path.join(out, foldNameOf(manifest)))))) wanted.push(manifest)
  if (wanted.length === 0) return new Set()
  const { engine, store, close } = await openEngine({
    ...{ queue: options.queue, store: workStore(options, path.join(out, 'work')), progress, signal },
  })
  const task = 'folds trained by others'
  try {
    progress?.({ kind: 'start', task, total: wanted.length })
    let done = 0
    const place = await placeOf(wanted, options, store)
    const jobs = await jobsOf(wanted, place, options)
    for await (const { key, failure } of engine.run(jobs, { progress, signal })) {
      throwIfAborted(signal)
      const manifest = wanted[done++]
      if (failure) throw new ChiquitoError(failure.code, `${foldNameOf(manifest)}: ${failure.message}`)
      const result = await getResult(store, key)
      if (!result)
        throw new ChiquitoError('io', `The run of ${foldNameOf(manifest)} is gone from "${store.address}".`)
      await unpackRun(result, manifest, path.join(out, foldNameOf(manifest)))
      progress?.({ kind: 'advance', task, done, total: wanted.length })
    }
    progress?.({ kind: 'end', task, note: plural(wanted.length, 'fold') })
    return new Set(wanted.map(foldNameOf))
  } catch (error) {
    // Results lie in the store, those of finished folds in their folders, too.
    throw keptSoFar(error, 'What was done so far is kept; to go on, give the same command with --resume.')
  } finally {
    await close()
  }
}

/** Where the photos are; those who do not see that folder find all of it in the store. */
async function placeOf(
  manifests: readonly string[],
  { data, followLinks = false }: Omit<RunOptions, 'manifest'>,
  store: BlobStore,
): Promise<PlaceOfFold> {
  if (!store.isRemote) return { data: path.resolve(data) }
  const root = await enterWrappers(path.resolve(data), followLinks)
  const tables = await tablesIn(root)
  const listed = await Promise.all(manifests.map(readManifest))
  const photos = listed.flatMap(({ contents = [] }) =>
    contents.map(([name, sha256]) => ({ path: name, sha256 })),
  )
  await putContents(
    store,
    [...photos, ...tables].map(({ path: name, sha256 }) => ({ sha256, path: path.join(root, name) })),
  )
  return { data: root, tables }
}

/** Files that may say of which class photos are. */
async function tablesIn(root: string): Promise<Content[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const names = entries
    .filter(entry => entry.isFile() && isTable.test(entry.name))
    .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort()
  return Promise.all(
    names
      .slice(0, MOST_TABLES)
      .map(async name => ({ path: name, sha256: await fileSha256(path.join(root, name)) })),
  )
}

async function jobsOf(
  manifests: readonly string[],
  place: PlaceOfFold,
  options: Omit<RunOptions, 'manifest'>,
): Promise<Job[]> {
  const { progress, signal, preprocessing, backbone = USUAL_BACKBONE, seed = 0 } = options
  const { id } = await loadBackbone(backbone, { preprocessing, progress, signal })
  const settings: AskedFold['settings'] = JSON.parse(JSON.stringify(settingsIn({ ...options, backbone })))
  return Promise.all(
    manifests.map(async (manifest): Promise<Job> => {
      const table = await readFile(manifest, 'utf8')
      const asked: AskedFold = { manifest: table, name: foldNameOf(manifest), backbone: id, seed, settings }
      return { kind: 'fold', asked, place }
    }),
  )
}

/** The run's record comes last: what a kill leaves is no run. */
async function unpackRun(bytes: Uint8Array, manifest: string, run: string): Promise<void> {
  const name = foldNameOf(manifest)
  const files = unpackFiles(bytes, foldFiles)
  const texts: readonly string[] = foldTexts
  await makeFolder(run)
  for (const file of foldFiles) {
    const content = files.get(file)
    if (!content) continue
    const placed = () => {
      const text = new TextDecoder().decode(content)
      const table = moved(text, path.join(RUN_PLACE, `${name}.csv`), path.resolve(manifest))
      return moved(table, path.join(RUN_PLACE, name), run)
    }
    await writeFileAtomic(path.join(run, file), texts.includes(file) ? placed() : content)
  }
}

async function isFinished(run: string): Promise<boolean> {
  const found = await RunFolder.open(run).catch(() => undefined)
  return found?.record.state === 'finished'
}
