import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { Photo } from '../../src/dataset/index.js'
import { checkoutRoot, timed } from './process.js'
import { findPython } from './python.js'

const answerSchema = z.object({ accuracy: z.number() })

/**
 * Accuracy of scikit-learn's logistic regression on the embedded network's last features. `held` gives each photo the
 * turn in which it is judged by a head that learnt from all others; -1: in none. NaN where there is no Python.
 */
export async function logisticRegression(
  root: string,
  photos: readonly Photo[],
  held: readonly number[],
): Promise<number> {
  const python = findPython()
  if (python === undefined) return Number.NaN
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  try {
    const file = path.join(folder, 'held.json')
    const records = photos.map((photo, i) => ({
      path: path.join(root, photo.path),
      label: photo.label,
      held: held[i],
    }))
    await writeFile(file, JSON.stringify({ photos: records }))
    const script = path.join(checkoutRoot(), 'bench', 'python', 'baselines.py')
    const { stdout } = await timed(python, [script, '--held', file])
    return answerSchema.parse(JSON.parse(stdout)).accuracy
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
