import { join } from 'node:path'
import { isRunBusy } from '../../run/index.js'
import { type Places, runNames } from '../runs/index.js'
import { markOf } from './folder-marks.js'

/** Files that are written when a run begins, goes on, or ends; its log, which grows all the time, is none of them. */
const files = ['run.json', 'model.onnx', 'metrics.json']

/** A text that changes when runs come, go, begin or end. */
export async function runMarks(places: Places): Promise<string> {
  const names = await runNames(places).catch(() => [])
  const folders = names.map(name => join(places.runs, name))
  const marks = folders.flatMap(folder => files.map(file => markOf(join(folder, file))))
  // One that was killed writes nothing about it.
  const busy = folders.map(isRunBusy)
  return [...names, ...busy, ...(await Promise.all(marks))].join('\n')
}
