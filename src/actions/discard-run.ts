import { ChiquitoError } from '../core/index.js'
import { RunFolder, removeRun } from '../run/index.js'

/**
 * Throws away a run that was not finished, with all that it had learnt.
 *
 * @throws `usage` where it is finished, or its folder holds other things; `io` where another process is at work in it
 */
export async function discardRun(folder: string): Promise<void> {
  const { record } = await RunFolder.open(folder)
  if (record.state === 'finished')
    throw new ChiquitoError('usage', `The run in "${folder}" is finished: it is not thrown away here.`)
  await removeRun(folder)
}
