import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Leaves at most so many files in a folder of the cache: those that were changed last. What the disk refuses to remove stays. */
export function forgetOldest(folder: string, most: number): void {
  const names = readdirSync(folder)
  if (names.length <= most) return
  const byAge = names
    .map(name => ({ name, time: attempt(() => statSync(join(folder, name)).mtimeMs) ?? 0 }))
    .sort((a, b) => a.time - b.time)
  for (const { name } of byAge.slice(0, names.length - most))
    attempt(() => rmSync(join(folder, name), { force: true }))
}

/** The result, or undefined where the disk refuses. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
