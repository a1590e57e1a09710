import { ChiquitoError } from '../core/index.js'
import { type Check, checks } from '../doctor/index.js'

/** The check that looks for shortcuts. */
export const SHORTCUTS = 'shortcuts'

/**
 * The checks to run, in the order in which their findings matter.
 *
 * @param request.quick - without those that ask the network
 * @param request.checks - only these, by name; all of them where nothing is said
 * @throws `usage` for a name that no check has, and for a deep check where `quick` is set
 */
export function checksFor(request: {
  readonly quick?: boolean | undefined
  readonly checks?: readonly string[] | undefined
}): readonly Check[] {
  const { quick = false, checks: names } = request
  if (names === undefined) return checks.filter(({ depth }) => depth === 'quick' || !quick)
  if (names.length === 0)
    throw new ChiquitoError('usage', `--checks names no check. There are: ${list(checks)}.`)
  for (const name of names) {
    const check = checks.find(one => one.name === name)
    if (check === undefined)
      throw new ChiquitoError('usage', `--checks: there is no check "${name}". There are: ${list(checks)}.`)
    if (quick && check.depth === 'deep')
      throw new ChiquitoError(
        'usage',
        `--checks: "${name}" asks the network, which --quick leaves out. Give one of them.`,
      )
  }
  return checks.filter(({ name }) => names.includes(name))
}

function list(all: readonly Check[]): string {
  return all.map(({ name }) => name).join(', ')
}
