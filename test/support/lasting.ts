// A command that goes on until it is stopped, for tests.
import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll } from 'vitest'
import { programFile } from './chiquito.js'

/** A program that has said that it began. */
export interface Lasting<Started> {
  /** Its one JSON document. */
  readonly started: Started
  readonly process: ChildProcess
  /** Standard error so far. */
  stderr(): string
  /** Resolves when standard error has a line like this. */
  said(pattern: RegExp): Promise<void>
  /** Ends it by a signal and gives its exit code, and all that it wrote. */
  stop(signal?: NodeJS.Signals): Promise<{ status: number | null; stdout: string; stderr: string }>
}

/** Nothing outlives the tests of a file, those that failed included. */
const running = new Set<ChildProcess>()
const endAll = () => {
  for (const child of running) child.kill('SIGKILL')
}
process.on('exit', endAll)
afterAll(endAll)

/** Starts the command line and waits for its first line, which is JSON. */
export async function lasting<Started>(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Lasting<Started>> {
  const child = spawn(process.execPath, [programFile, ...words, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let stdout = ''
  let stderr = ''
  const listeners = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
    for (const listen of listeners) listen()
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
    for (const listen of listeners) listen()
  })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  void ended.then(() => running.delete(child))
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const listen = () => {
        if (!holds()) return
        listeners.delete(listen)
        resolve()
      }
      listeners.add(listen)
      void ended.then(code => reject(new Error(`chiquito ${words[0]} ended with ${code}: ${stderr}`)))
      listen()
    })
  await until(() => stdout.includes('\n'))
  const started: Started = JSON.parse(stdout)
  return {
    started,
    process: child,
    stderr: () => stderr,
    said: pattern => until(() => pattern.test(stderr)),
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const status = await ended
      return { status, stdout, stderr }
    },
  }
}
