import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Failure } from '../../core/index.js'
import type { JobResult } from './kinds/index.js'
import type { Assignment, FromChild, ToChild } from './messages.js'
import { nothingTold, type Told } from './told.js'

/** Whoever was told to stop has so long to end cleanly; then it is killed, which loses what was done since the last checkpoint. */
const STOPPING_MS = 30_000

/** What is kept of what a process says on standard error: why it died is at the end. */
const MAX_SAID = 2000

/** How a process ended. */
export type Outcome =
  | { readonly how: 'done'; readonly told: Told; readonly result: JobResult }
  | { readonly how: 'failed'; readonly told: Told; readonly failure: Failure }
  /** Without a word: it was killed, or the runtime crashed. */
  | { readonly how: 'died'; readonly told: Told; readonly why: string }

/** The program, as it was built. */
export const jobProgram = fileURLToPath(new URL('./job-process.js', import.meta.url))

/** A process at work on one job. */
export class Child {
  readonly ended: Promise<Outcome>
  private readonly process: ChildProcess
  private told = nothingTold
  private timer: NodeJS.Timeout | undefined

  /** @param hear - told of what it tells on the way */
  constructor(assignment: Assignment, program: string, hear: (told: Told) => void) {
    // A group of its own: Ctrl-C reaches the server alone, which then decides.
    this.process = fork(program, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      detached: true,
    })
    this.ended = this.outcome(hear)
    this.say({ say: 'begin', assignment })
  }

  get pid(): number | undefined {
    return this.process.pid
  }

  /** Asks it to end so that the work can be gone on with, and sees to it that it ends. */
  stop(): void {
    this.say({ say: 'stop' })
    this.timer ??= setTimeout(() => this.process.kill('SIGKILL'), STOPPING_MS)
  }

  kill(): void {
    this.process.kill('SIGKILL')
  }

  private say(message: ToChild): void {
    // One that has just ended takes no more messages; how it ended is told then.
    this.process.send(message, () => undefined)
  }

  private outcome(hear: (told: Told) => void): Promise<Outcome> {
    let said = ''
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MAX_SAID)
    })
    let end: Outcome | undefined
    this.process.on('message', (message: FromChild) => {
      this.told = message.told
      if (message.say === 'told') return hear(message.told)
      end =
        message.say === 'done'
          ? { how: 'done', told: message.told, result: message.result }
          : { how: 'failed', told: message.told, failure: message.failure }
    })
    return new Promise(resolve => {
      const settle = (why: string) => {
        clearTimeout(this.timer)
        resolve(end ?? { how: 'died', told: this.told, why })
      }
      this.process.once('error', error => settle(error.message))
      this.process.once('close', (code, signal) =>
        settle([signal ?? `exit code ${code}`, said.trim()].filter(Boolean).join(': ')),
      )
    })
  }
}
