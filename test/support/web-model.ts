import path from 'node:path'
import { train } from '../../src/index.js'
import { writeTree } from './files.js'
import { drawings } from './photos.js'

/** Trains on a few drawings, small and without fine-tuning: the folder of the run. The model says "neither" of what is like none. */
export async function trainOnDrawings(
  folder: string,
  { subject = 'hot_dog', other = 'not_hot_dog' } = {},
): Promise<string> {
  const data = path.join(folder, 'photos')
  writeTree({ ...(await drawings(subject, 'ball', 24)), ...(await drawings(other, 'wave', 24)) }, data)
  const out = path.join(folder, 'run')
  await train({ data, out, size: 96, threads: 1, fineTune: 'never' })
  return out
}
