import type { Command } from '@commander-js/extra-typings'
import type { PutRightRequest } from '../../actions/put-right.js'
import { ChiquitoError } from '../../core/index.js'

/** Options of `doctor` that do something about what it finds. */
export function addPutRightOptions<A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
) {
  return command
    .option(
      '--fix',
      'set aside copies and files that cannot be read, rename wrong extensions; "undo" takes it back',
    )
    .option(
      '--even-out',
      'write the photos so that size, shape, compression and metadata no longer tell the classes apart; originals are kept',
    )
    .option('--dry-run', 'with --fix or --even-out: say what would be done, and change nothing')
    .option('--keep <photos...>', 'these are as they should be: do not ask again, never move them')
    .option('--apart <photos...>', 'these are no copies of one another')
    .option(
      '--forget [photos...]',
      'what was said of these with --keep and --apart no longer holds; of all by default',
    )
}

/** What the options ask for. @throws `usage` */
export function putRightRequest(options: {
  fix?: true | undefined
  evenOut?: true | undefined
  dryRun?: true | undefined
  keep?: string[] | undefined
  apart?: string[] | undefined
  forget?: string[] | true | undefined
}): PutRightRequest {
  const { fix, evenOut, dryRun, keep, apart, forget } = options
  if (dryRun && !fix && !evenOut)
    throw new ChiquitoError('usage', '--dry-run says what --fix or --even-out would do: give one of them.')
  return { fix, evenOut, dryRun, keep, apart, forget: forget === true ? 'all' : forget }
}
