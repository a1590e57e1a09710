import { readdir } from 'node:fs/promises'
import { z } from 'zod'
import { ChiquitoError, said } from '../../core/index.js'
import { errorCode, ioError, plainName } from '../../files/index.js'
import type { Places } from './places.js'

/** Bytes of a run's name: what is made of it (`a--b.json`) still fits everywhere. */
const MAX_NAME_BYTES = 80

/** The name of a run is that of its folder: one step, not hidden, as every system can have it. */
export const runNameSchema = z
  .string()
  .min(1)
  .refine(
    name => plainName(name, MAX_NAME_BYTES) === name,
    `a name without / \\ : * ? " < > |, not hidden, of at most ${MAX_NAME_BYTES - 1} bytes`,
  )

/** Names of what may be runs, sorted; none where there are none yet. @throws `io` */
export async function runNames({ runs }: Places): Promise<string[]> {
  try {
    const entries = await readdir(runs, { withFileTypes: true })
    // A link could lead out of the workspace.
    const folders = entries.filter(
      entry => entry.isDirectory() && runNameSchema.safeParse(entry.name).success,
    )
    return folders.map(({ name }) => name).sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw ioError(error, 'read the folder', runs)
  }
}

/**
 * The name that was asked for, or the first free one of `run-1`, `run-2`, …
 *
 * @param promised - names of trainings that have been asked for, whose runs need not be there yet
 * @throws `usage` where there is a run of that name
 */
export async function runNameFor(
  asked: string | undefined,
  places: Places,
  promised: readonly string[] = [],
): Promise<string> {
  const taken = new Set([...promised, ...(await runNames(places))].map(name => name.toLowerCase()))
  if (asked !== undefined) {
    if (!taken.has(asked.toLowerCase())) return asked
    throw new ChiquitoError('usage', `There is a run called "${asked}" already. Give another name.`, {
      said: said('run-taken', asked),
    })
  }
  for (let number = 1; ; number++) if (!taken.has(`run-${number}`)) return `run-${number}`
}
