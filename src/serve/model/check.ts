import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ChiquitoError, errorOf } from '../../core/index.js'
import type { Device } from '../../engine/index.js'
import type { FromCheck, ModelFacts } from './messages.js'

export interface CheckOptions {
  readonly device: Device | undefined
  /** Where to write what is made ready for the CPU. */
  readonly prepared: string
  readonly notice: (message: string) => void
  /** Ends the check: nobody wants the model any more. */
  readonly signal?: AbortSignal | undefined
}

/** A network of a stranger may compute for ever. The largest ones answer their golden photos in seconds, on a busy machine in a minute. */
const MAX_CHECK_MS = 10 * 60 * 1000

export interface CheckedModel {
  readonly facts: ModelFacts
  /** Whether it was written there. */
  readonly isPrepared: boolean
}

/**
 * What a model is, as soon as it has answered its golden photos as it did when it was made.
 *
 * @throws what `Predictor.open` throws; `interrupted`; `engine` where it takes longer than any network
 */
export function checkModel(
  path: string,
  { device = 'cpu', prepared, notice, signal }: CheckOptions,
): Promise<CheckedModel> {
  const program = fileURLToPath(new URL('./check-process.js', import.meta.url))
  // A group of its own: Ctrl-C reaches the server alone, which then decides.
  const child = fork(program, [path, device, prepared], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: true,
  })
  const stop = () => child.kill('SIGKILL')
  process.once('exit', stop)
  let timer: NodeJS.Timeout | undefined
  let gaveUp: (() => void) | undefined
  return new Promise<CheckedModel>((resolve, reject) => {
    const giveUp = (error: unknown) => {
      stop()
      reject(error)
    }
    gaveUp = () => giveUp(signal?.reason)
    if (signal?.aborted) gaveUp()
    signal?.addEventListener('abort', gaveUp)
    timer = setTimeout(() => {
      const minutes = MAX_CHECK_MS / 60_000
      giveUp(
        new ChiquitoError('engine', `"${path}" did not answer its golden photos within ${minutes} minutes.`),
      )
    }, MAX_CHECK_MS)
    child.on('message', (message: FromCheck) => {
      if (message.kind === 'notice') notice(message.message)
      else if (message.kind === 'ready') resolve(message)
      else reject(errorOf(message.failure))
    })
    const ended = (cause: unknown) =>
      reject(
        new ChiquitoError('engine', `The process that checks "${path}" ended before it could say anything.`, {
          cause,
        }),
      )
    child.once('error', ended)
    child.once('exit', ended)
  }).finally(() => {
    process.off('exit', stop)
    clearTimeout(timer)
    if (gaveUp) signal?.removeEventListener('abort', gaveUp)
  })
}
