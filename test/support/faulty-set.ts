import { chmodSync, cpSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, vi } from 'vitest'
import type { PutRightResult } from '../../src/actions/put-right.js'
import type { Finding } from '../../src/doctor/index.js'
import { chiquito, type RunOptions, suiteFolder } from './chiquito.js'
import { faultyPhotos } from './faulty-photos.js'
import { temporaryFolder } from './files.js'
import { chiquitoHere } from './in-process.js'

/** What `doctor --json` says, as far as putting right goes. */
export interface DoctorDocument {
  readonly findings: readonly Finding[]
  readonly done: PutRightResult | null
}

/** A data set with faults, made before the tests of a file, and the command line for it with a cache of its own. */
export function faultySet() {
  const folder = suiteFolder()
  const env = { CHIQUITO_CACHE: path.join(folder, 'cache') }
  const pattern = path.join(folder, 'photos')
  beforeAll(async () => {
    vi.stubEnv('CHIQUITO_CACHE', env.CHIQUITO_CACHE)
    chmodSync(folder, 0o755)
    await faultyPhotos(pattern, { count: 10 })
  })
  /** In this process where nothing asks for one of its own: it takes a fraction of the time. */
  const run = (args: readonly string[], options?: RunOptions) =>
    options === undefined ? chiquitoHere(args) : chiquito(args, { env, ...options })
  return {
    folder,
    env,
    pattern,
    run,
    doctor: (root: string, words: readonly string[], options?: RunOptions) =>
      run(['doctor', root, '--quick', ...words], options),
    /** A copy of the photos to work on. */
    photos(): string {
      const root = path.join(temporaryFolder(), 'photos')
      cpSync(pattern, root, { recursive: true, preserveTimestamps: true })
      return root
    },
  }
}
