// Work that stands still in its middle, so that a test comes in time for it, however late it comes.
import { rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

export interface Standstill {
  /** For the environment of a process; those that it starts inherit it. */
  readonly env: Readonly<Record<'NODE_OPTIONS' | 'CHIQUITO_STAND_STILL', string>>
  /** From now on they stand still when they are there. */
  halt(): void
  /** Those that stand still go on, and no other stops. */
  goOn(): void
}

/**
 * Has processes stand still as soon as they have told their parent something, added it to a log, or given a file its name.
 *
 * @param flag - a file that is not there: they stand as long as it is
 * @param at - words of what is told or logged, or of the file's path
 * @param times - the first time by default
 */
export function standstillAt(flag: string, at: string, times = 1): Standstill {
  const preloaded = pathToFileURL(`${import.meta.dirname}/stand-still.mjs`).href
  return {
    env: {
      NODE_OPTIONS: `--import=${preloaded}`,
      CHIQUITO_STAND_STILL: JSON.stringify({ flag, at, times }),
    },
    halt: () => writeFileSync(flag, ''),
    goOn: () => rmSync(flag, { force: true }),
  }
}

/** Where a training of few photos has told that it compares heads, and has most of its work ahead. */
export const LEARNING = '"task":"cross-validation"'
