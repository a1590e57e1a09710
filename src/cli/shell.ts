import { ChiquitoError, type Progress } from '../core/index.js'
import type { Interrupts } from './interrupts.js'
import { type Outcome, printOutcome } from './output.js'
import { type ProgressView, showProgress } from './progress.js'
import { exitCodes, type System } from './system.js'

/** What a command hands on to the action it calls. */
export interface Work {
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** For work that goes on until it is stopped. */
export interface LastingWork extends Work {
  /** Prints what there is to say while the work goes on: with `--json` the one document, after which none follows. */
  readonly begun: (outcome: Outcome) => Promise<void>
  /** Prints what there is to say, and again and again: with `--json` a document a line. */
  readonly tell: (outcome: Outcome) => Promise<void>
  /** Calls the listener at each SIGHUP. */
  readonly onHangup: (listener: () => void) => void
  readonly env: System['env']
}

/** What every command works in. */
export interface Shell {
  /**
   * Does a command's work: shows its progress, stops it cleanly on Ctrl-C, prints what it gives back. What the work
   * throws goes through, to be told once, in the program's one place for it.
   */
  run(work: (options: Work) => Promise<Outcome>): Promise<void>
  /** The same for work that never ends by itself. */
  last(work: (options: LastingWork) => Promise<never>): Promise<void>
}

/** The options that every command has. */
export interface ShellFlags {
  json: boolean
  quiet: boolean
}

/**
 * @param flags - read when a command runs, so they may be set while parsing
 * @param done - told the exit code of a command that ended without an error
 */
export function createShell(
  system: System,
  flags: ShellFlags,
  interrupts: Interrupts,
  done: (exitCode: number) => void,
): Shell {
  return {
    async run(work) {
      await attend(async (options, view) => {
        const outcome = await work(options)
        view.close()
        interrupts.telling()
        await printOutcome(outcome, flags.json, system.stdout)
        done(outcome.failed ? exitCodes.failed : exitCodes.done)
      })
    },
    async last(work) {
      const listeners: (() => void)[] = []
      const { json } = flags
      try {
        await attend((options, view) =>
          work({
            ...options,
            env: system.env,
            async begun(outcome) {
              view.close()
              await printOutcome(outcome, json, system.stdout)
              flags.json = false
            },
            async tell(outcome) {
              // From now on an error has no document of its own: what stands there is no result that could be taken for one.
              flags.json = false
              await printOutcome(outcome, json, system.stdout)
            },
            onHangup(listener) {
              listeners.push(listener)
              system.signals.on('SIGHUP', listener)
            },
          }),
        )
      } finally {
        for (const listener of listeners) system.signals.off('SIGHUP', listener)
      }
    },
  }

  async function attend(work: (options: Work, view: ProgressView) => Promise<void>): Promise<void> {
    const view = showProgress(system, flags.quiet)
    const controller = new AbortController()
    interrupts.during({
      stop() {
        view.progress({ kind: 'notice', message: 'Stopping; press Ctrl-C again to stop at once.' })
        controller.abort(new ChiquitoError('interrupted', 'Interrupted.'))
      },
      drop: view.close,
    })
    try {
      await work({ progress: view.progress, signal: controller.signal }, view)
    } catch (error) {
      throw controller.signal.aborted ? interrupted(error) : error
    } finally {
      view.close()
      interrupts.during(undefined)
    }
  }
}

/** Libraries that were told to stop throw errors of their own. Ours say more: how to resume, or what else failed. */
function interrupted(error: unknown): ChiquitoError {
  if (error instanceof ChiquitoError) return error
  return new ChiquitoError('interrupted', 'Interrupted.', { cause: error })
}
