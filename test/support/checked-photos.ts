import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type CheckedPhoto, measureFacts } from '../../src/doctor/index.js'
import { sha256Of } from '../../src/images/index.js'

/** Photos of a folder as checks see them, in the order given; `train/…`, `valid/…` and `test/…` say the split. */
export async function checkedPhotos(root: string, paths: readonly string[]): Promise<CheckedPhoto[]> {
  return Promise.all(
    paths.map(async name => {
      const bytes = readFileSync(path.join(root, name))
      const part = name.split('/')[0]
      return {
        path: name,
        label: 0,
        split: part === 'train' || part === 'valid' || part === 'test' ? part : undefined,
        bytes: bytes.length,
        sha256: sha256Of(bytes),
        row: undefined,
        facts: await measureFacts(bytes),
      }
    }),
  )
}
