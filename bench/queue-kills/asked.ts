import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { chiquito } from '../support/process.js'
import type { Pass } from './passes.js'

export interface AskOptions {
  readonly photos: string
  readonly folder: string
  readonly queue?: string
  readonly store?: string
}

/** A command on its way. */
export interface Asking {
  readonly hasEnded: boolean
  readonly ended: Promise<{ readonly result: string; readonly seconds: number }>
}

/** Runs a command with nothing known: its cache is empty. */
export function asked(pass: Pass, { photos, folder, queue, store }: AskOptions): Asking {
  const out = path.join(folder, 'out')
  const others = queue === undefined || store === undefined ? [] : ['--queue', queue, '--store', store]
  const run = async () => {
    await mkdir(folder, { recursive: true })
    // The doctor ends with 1 where it finds something.
    const env = { CHIQUITO_CACHE: path.join(folder, 'cache-of-the-asker') }
    const { stdout, seconds } = await chiquito(
      [...pass.words(photos, out), ...others],
      env,
      undefined,
      [0, 1],
    )
    return {
      result: await pass.result(out, z.record(z.string(), z.unknown()).parse(JSON.parse(stdout))),
      seconds,
    }
  }
  const asking = {
    hasEnded: false,
    ended: run().finally(() => {
      asking.hasEnded = true
    }),
  }
  return asking
}
