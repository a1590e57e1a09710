import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package that holds embedded files. */
const folder = 'assets'

/** How far above this file the package's folder may be: it is built into `dist` or deeper. */
const MAX_LEVELS = 5

/** Where an embedded file is, whether this runs from the sources or from a build. Undefined when it is missing. */
export function findAsset(name: string): string | undefined {
  let directory = path.dirname(fileURLToPath(import.meta.url))
  for (let level = 0; level < MAX_LEVELS; level++) {
    const file = path.join(directory, folder, name)
    if (existsSync(file)) return file
    directory = path.dirname(directory)
  }
  return undefined
}
