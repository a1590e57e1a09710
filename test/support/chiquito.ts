import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect } from 'vitest'

const root = path.dirname(path.dirname(import.meta.dirname))

/** The built command line, as `npm test` leaves it. */
export const programFile = path.join(root, 'dist/program/main.js')

const atMoments = pathToFileURL(path.join(import.meta.dirname, 'at-moments.mjs')).href

/** A network that learns in a moment, for tests of what is the same whatever the network. */
export const smallNetwork = path.join(root, 'test/fixtures/networks/plain-opset13.onnx')

/** Nothing outlives the tests. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** What a run of the command line left behind. */
export interface Told {
  /** Exit code; null where a signal ended it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A point in what the command line does, by what it has just done. */
export interface Moment {
  /** It has said this on standard error, */
  readonly said?: string
  /** or opened a file for writing whose name begins so, */
  readonly opened?: string
  /** or given a file or folder this name, */
  readonly named?: string
  /** or given so many files names like this expression, */
  readonly files?: { readonly like: string; readonly count: number }
  /** or a file has so many lines like this expression; */
  readonly lines?: { readonly file: string; readonly like: string; readonly count: number }
  /** and since then it has done so many of these things. */
  readonly later?: number
}

/** What happens to the command line at a moment, however late or early the test is. */
export interface AtMoment {
  readonly at: Moment
  /** It is sent this signal, */
  readonly signal?: NodeJS.Signals
  /** or another process is; */
  readonly to?: number | undefined
  /** it stands still until a file is there. */
  readonly until?: string
}

export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> {
  /** On top of this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What comes on standard input; nothing by default. */
  readonly input?: Uint8Array
  /** A program, with its arguments, to run the command line in. */
  readonly within?: readonly string[]
  /** What happens to it meanwhile. */
  readonly moments?: readonly AtMoment[]
  /** Given the process as it starts. */
  readonly started?: (child: ChildProcess) => void
  /** Told of each piece of standard error as it comes, and of all there is so far. */
  readonly watch?: (child: ChildProcess, stderr: string) => void
}

/** A folder for all tests of a file or group, removed after them. */
export function suiteFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-suite-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs the command line in a process of its own until it ends. */
export function chiquito(args: readonly string[], options: RunOptions = {}): Promise<Told> {
  const { env = {}, input, within = [], moments = [], started, watch, ...rest } = options
  const [before, told] =
    moments.length > 0 ? [['--import', atMoments], { AT_MOMENTS: JSON.stringify(moments) }] : [[], {}]
  const [command, ...words] = [...within, process.execPath, ...before, programFile, ...args]
  const child = spawn(command, words, {
    ...rest,
    env: { ...process.env, ...told, ...env },
    stdio: 'pipe',
  })
  running.add(child)
  child.on('exit', () => running.delete(child))
  started?.(child)
  // Whoever is not read from may end before all is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
    watch?.(child, stderr)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
  })
}

/** The one JSON document that `--json` leaves on standard output; the test fails where there is anything else. */
export function documentOf<T>({ stdout, stderr }: Told): T {
  expect(stdout.split('\n'), stderr).toEqual([expect.stringMatching(/^\{.*\}$/), ''])
  return JSON.parse(stdout)
}
