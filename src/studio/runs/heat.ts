import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError, type WorkOptions } from '../../core/index.js'
import { errorCode, ioError } from '../../files/index.js'
import { modelMark } from './kept.js'
import type { Places } from './places.js'

/** One after another: each loads the model, and a page asks for one at a time. */
let last: Promise<unknown> = Promise.resolve()

/**
 * A picture of what spoke for the model's answer to a photo, and what against it, as PNG; made once for each photo and model.
 *
 * @param photo - its id, and where it lies
 * @throws as `predict`
 */
export function heatOf(
  run: string,
  photo: { readonly id: string; readonly file: string },
  places: Places,
  work: WorkOptions,
): Promise<Uint8Array> {
  const drawn = last.then(() => drawHeat(run, photo, places, work))
  last = drawn.catch(() => undefined)
  return drawn
}

async function drawHeat(
  run: string,
  { id, file }: { readonly id: string; readonly file: string },
  places: Places,
  work: WorkOptions,
): Promise<Uint8Array> {
  const model = path.join(places.runs, run)
  const mark = await modelMark(model)
  const folder = path.join(places.home, 'heat', run, mark ?? 'none', id)
  const kept = await pictureIn(folder)
  if (kept !== undefined) return kept
  const { predict } = await import('../../actions/predict.js')
  const { unreadable } = await predict({ model, paths: [file], explain: folder, ...work })
  const drawn = await pictureIn(folder)
  if (drawn !== undefined) return drawn
  throw new ChiquitoError('image', unreadable[0]?.reason ?? 'The photo could not be explained.')
}

async function pictureIn(folder: string): Promise<Uint8Array | undefined> {
  try {
    const [name] = (await readdir(folder)).filter(one => !one.startsWith('.') && one.endsWith('.png'))
    return name === undefined ? undefined : await readFile(path.join(folder, name))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'read', folder)
  }
}
