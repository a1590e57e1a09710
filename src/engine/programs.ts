import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * A program for a process of its own, beside this file; undefined where the sources run uncompiled, as in unit tests, or were
 * packed into one file.
 */
export function programBeside(name: string): string | undefined {
  if (!import.meta.url.endsWith('.js')) return undefined
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  return existsSync(file) ? file : undefined
}
