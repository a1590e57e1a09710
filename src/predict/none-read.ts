import { ChiquitoError, plural } from '../core/index.js'
import type { Refused } from './predict-all.js'

/** How many photos a message names. */
const named = 3

/**
 * The error where no photo could be read: the first ones, and why.
 *
 * @param which - what they are, as in "photos learnt from"
 * @param todo - what to do, a sentence
 */
export function noneRead(unreadable: readonly Refused[], which?: string, todo?: string): ChiquitoError {
  const told = unreadable.slice(0, named).map(({ path, reason }) => `  ${path}: ${reason}`)
  if (unreadable.length > named) told.push(`  and ${unreadable.length - named} more`)
  const what = [plural(unreadable.length, 'photo'), ...(which === undefined ? [] : [which])].join(' ')
  const message = [`None of the ${what} could be read:`, ...told, ...(todo === undefined ? [] : [todo])]
  return new ChiquitoError('data', message.join('\n'))
}
