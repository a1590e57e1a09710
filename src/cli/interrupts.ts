import { ChiquitoError } from '../core/index.js'
import { errorDocument } from './output.js'
import { exitCodes, type System } from './system.js'

/** How work is told to stop. */
export interface Stoppable {
  /** The first time: stops cleanly. */
  stop(): void
  /** The second time, before the process ends: gives the terminal back. */
  drop(): void
}

/**
 * What Ctrl-C and SIGTERM do, from the program's first moment to its last: work that is going on is told to stop; a
 * second time, and where none is going on, the process ends at once. With `--json` standard output has its one document
 * however that comes.
 */
export interface Interrupts {
  /** Hands signals to some work; give back `undefined` when it has ended. */
  during(work: Stoppable | undefined): void
  /** The end is being told: a signal no longer cuts that off, only a second one does. */
  telling(): void
  /** Stops listening. */
  close(): void
}

export function listenForInterrupts(system: System, isJson: () => boolean): Interrupts {
  let work: Stoppable | undefined
  let told = false
  let count = 0
  const hear = () => {
    count++
    if (count === 1 && told) return
    if (count === 1 && work) return work.stop()
    work?.drop()
    if (!told) {
      system.stderr.write('chiquito: Interrupted.\n')
      const error = new ChiquitoError('interrupted', 'Interrupted.')
      if (isJson()) system.stdout.write(errorDocument(error))
    }
    system.exit(exitCodes.interrupted)
  }
  for (const name of ['SIGINT', 'SIGTERM']) system.signals.on(name, hear)
  return {
    during(next) {
      work = next
    },
    telling() {
      told = true
    },
    close() {
      for (const name of ['SIGINT', 'SIGTERM']) system.signals.off(name, hear)
    },
  }
}
