import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { errorCode, ioError, isLocked, type Release, takeLock, takeLockSoon } from '../files/index.js'
import { readRunRecord } from './run-record.js'

/** What a run folder holds; replacing a run removes these and nothing else. */
export const runFiles = [
  'model.onnx',
  'metrics.json',
  'report.html',
  'MODEL_CARD.md',
  'figures',
  'checkpoint',
  'split.json',
  'log.jsonl',
  'run.json',
] as const

export type RunFile = (typeof runFiles)[number]

/** Files that a person's system puts into any folder it shows. */
const harmless = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.lock'])

/** Refuses a place that holds more than a run, or something else. @throws `usage`, `io` */
export async function requireRemovable(path: string): Promise<void> {
  const folder = resolve(path)
  await requireFree(folder, true)
  const own: readonly string[] = runFiles
  const foreign = (await namesIn(folder)).find(name => !own.includes(name))
  if (foreign !== undefined)
    throw new ChiquitoError(
      'usage',
      `"${folder}" holds other things beside its run, such as "${foreign}". Move them elsewhere first.`,
    )
}

/**
 * Removes a run, finished or not, and its folder.
 *
 * @throws `usage` when something else is there, `io` when another process uses it
 */
export async function removeRun(path: string): Promise<void> {
  const folder = resolve(path)
  await requireRemovable(folder)
  if (!existsSync(folder)) return
  const release = lock(folder)
  try {
    // The record goes last: what a kill leaves is a run still.
    for (const name of runFiles) await rm(join(folder, name), { recursive: true, force: true })
  } catch (error) {
    throw ioError(error, 'remove the run', folder)
  } finally {
    release()
  }
  await rm(folder, { recursive: true, force: true })
}

/** Whether a process is at work in a run folder. */
export function isRunBusy(folder: string): boolean {
  return isLocked(join(resolve(folder), '.lock'))
}

/** Takes the lock of a run folder. @throws `io` where another process has it */
export function lock(folder: string): Release {
  return takeLock(...lockOf(folder))
}

/** The same, once the run that was interrupted there a moment ago has ended. @throws `io`, `interrupted` */
export function lockSoon(folder: string, work: WorkOptions): Promise<Release> {
  return takeLockSoon(...lockOf(folder), work)
}

function lockOf(folder: string): [path: string, what: string] {
  return [join(folder, '.lock'), `the run folder "${folder}"`]
}

/** Refuses a place where a run may not be put. @throws `usage`, `io` */
export async function requireFree(folder: string, overwrite: boolean): Promise<void> {
  const names = await namesIn(folder)
  if (names.length === 0) return
  const record = await readRunRecord(folder)
  if (record === undefined)
    throw new ChiquitoError(
      'usage',
      `"${folder}" is not empty and is no run of chiquito (it holds "${names[0]}", for example). ` +
        'Give a new or empty folder.',
    )
  const valuable =
    record.state === 'finished' || (record.state === 'diverged' && names.includes('model.onnx'))
  if (valuable && !overwrite)
    throw new ChiquitoError(
      'usage',
      `"${folder}" already holds a run with a model. Give another folder, or --overwrite to replace that run.`,
    )
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => !harmless.has(name) && !name.endsWith('.tmp')).sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    if (errorCode(error) === 'ENOTDIR')
      throw new ChiquitoError('usage', `"${folder}" is a file. Give a folder for the run.`)
    throw ioError(error, 'read the folder', folder)
  }
}
