import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { loadBackbone } from '../backbones/index.js'
import { ChiquitoError, plural, throwIfAborted } from '../core/index.js'
import { makeFolder, writeFileAtomic } from '../files/index.js'
import { getResult, type Job } from '../jobs/index.js'
import { RunFolder } from '../run/index.js'
import { settingsIn } from './folds-folder.js'
import { type AskedFold, foldFiles, foldTexts, moved, type PlaceOfFold, RUN_PLACE } from './jobs/fold.js'
import { unpackFiles } from './jobs/packed-files.js'
import { openEngine, workStore } from './open-engine.js'
import type { RunOptions } from './train-options.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

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
    if (!(resume && (await isFinished(path.join(out, nameOf(manifest)))))) wanted.push(manifest)
  if (wanted.length === 0) return new Set()
  const { engine, store, close } = await openEngine({
    ...{ queue: options.queue, store: workStore(options, path.join(out, 'work')), progress, signal },
  })
  const task = 'folds trained by others'
  try {
    progress?.({ kind: 'start', task, total: wanted.length })
    let done = 0
    for await (const { key, failure } of engine.run(await jobsOf(wanted, options), { progress, signal })) {
      throwIfAborted(signal)
      const manifest = wanted[done++]
      if (failure) throw new ChiquitoError(failure.code, `${nameOf(manifest)}: ${failure.message}`)
      const result = await getResult(store, key)
      if (!result)
        throw new ChiquitoError('io', `The run of ${nameOf(manifest)} is gone from "${store.address}".`)
      await unpackRun(result, manifest, path.join(out, nameOf(manifest)))
      progress?.({ kind: 'advance', task, done, total: wanted.length })
    }
    progress?.({ kind: 'end', task, note: plural(wanted.length, 'fold') })
    return new Set(wanted.map(nameOf))
  } finally {
    await close()
  }
}

async function jobsOf(manifests: readonly string[], options: Omit<RunOptions, 'manifest'>): Promise<Job[]> {
  const { progress, signal, preprocessing, backbone = USUAL_BACKBONE, seed = 0 } = options
  const { id } = await loadBackbone(backbone, { preprocessing, progress, signal })
  const settings: AskedFold['settings'] = JSON.parse(JSON.stringify(settingsIn({ ...options, backbone })))
  return Promise.all(
    manifests.map(async (manifest): Promise<Job> => {
      const table = await readFile(manifest, 'utf8')
      const asked: AskedFold = { manifest: table, name: nameOf(manifest), backbone: id, seed, settings }
      const place: PlaceOfFold = { data: path.resolve(options.data) }
      return { kind: 'fold', asked, place }
    }),
  )
}

/** The run's record comes last: what a kill leaves is no run. */
async function unpackRun(bytes: Uint8Array, manifest: string, run: string): Promise<void> {
  const name = nameOf(manifest)
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

function nameOf(manifest: string): string {
  return path.basename(manifest).replace(/\.[^.]*$/, '')
}
