import type { EventEmitter } from 'node:events'

/** A stream of the process; what is known of the terminal behind it, if there is one. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** What the command line needs of the process, so that tests can stand in for it. */
export interface System {
  /** Results only. */
  readonly stdout: Output
  /** Progress, notices and errors. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Emits SIGINT and SIGTERM. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

export const processSystem: System = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signals: process,
  exit: code => process.exit(code),
}

/** Exit codes: 0 done, 1 failed, 2 wrong usage; the others are what a shell expects of these ends. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  /** 128 + SIGINT */
  interrupted: 130,
  /** 128 + SIGPIPE: whoever read our output went away, as `head` does. */
  outputClosed: 141,
} as const
