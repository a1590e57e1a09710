import { ChiquitoError, messageOf } from '../../src/core/error.js'
import { startWorker } from './places.js'

/**
 * The worker whose script is at an address, or the usual one.
 *
 * @throws `engine` where the browser starts none: it takes no script of another host
 */
export function startedWorker(address: string | undefined): Worker {
  try {
    return address === undefined ? startWorker() : workerAt(address)
  } catch (error) {
    throw new ChiquitoError(
      'engine',
      `The worker cannot be started: ${messageOf(error)} Its script must come from the host of the page: say in the option "worker" where one is, or give it the address of a blob that imports the script.`,
      { cause: error },
    )
  }
}

function workerAt(address: string): Worker {
  return new Worker(address, { type: 'module', name: 'chiquito' })
}
