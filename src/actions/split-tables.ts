import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError } from '../core/index.js'
import { makeFolder } from '../files/index.js'
import { MANIFEST_FILE } from '../splitting/index.js'

/**
 * The file that a manifest goes into: `out` itself where it is called `.csv`, else `split.csv` in it. The folder is made.
 *
 * @throws `usage` where it is there already; `io`
 */
export async function manifestFile(out: string): Promise<string> {
  const file = path.resolve(/\.csv$/i.test(out) ? out : path.join(out, MANIFEST_FILE))
  await requireAbsent(file)
  await makeFolder(path.dirname(file))
  return file
}

/** @throws `usage` where something is there: nothing is overwritten */
async function requireAbsent(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined)) !== undefined)
    throw new ChiquitoError(
      'usage',
      `"${file}" is there already, and is not replaced. Give another name, or remove it.`,
    )
}
