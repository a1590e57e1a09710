// A `chiquito serve` of its own for tests, and a model that is trained in a moment.
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { expect } from 'vitest'
import type { ServeStarted } from '../../src/serve/index.js'
import { chiquito, programFile, smallNetwork } from './chiquito.js'
import { writeTree } from './files.js'
import { drawings } from './photos.js'

/** A server that listens. */
export interface Serving {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  readonly port: number
  readonly started: ServeStarted
  readonly process: ChildProcess
  /** Standard error so far. */
  stderr(): string
  /** Resolves when standard error has a line like this. */
  said(pattern: RegExp): Promise<void>
  /** Ends it by a signal and gives its exit code, and all that it wrote. */
  stop(signal?: NodeJS.Signals): Promise<{ status: number | null; stdout: string; stderr: string }>
}

/** Nothing outlives the tests. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts `chiquito serve MODEL` on a free port; the test stops it. */
export async function serving(
  model: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const words = ['serve', model, '--port', '0', '--json', '--threads', '1', ...args]
  const child = spawn(process.execPath, [programFile, ...words], {
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
      void ended.then(code => reject(new Error(`chiquito serve ended with ${code}: ${stderr}`)))
      listen()
    })
  await until(() => stdout.includes('\n'))
  const started: ServeStarted = JSON.parse(stdout)
  return {
    address: started.address,
    port: Number(new URL(started.address).port),
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

/** A model that tells two kinds of drawings apart, and knows what it sees. */
export async function trainedModel(
  folder: string,
  { labels = ['ball', 'wave'], seed = 1 }: { labels?: readonly [string, string]; seed?: number } = {},
): Promise<string> {
  const data = path.join(folder, `data-${seed}`)
  const run = path.join(folder, `run-${seed}`)
  const [ball, wave] = labels
  writeTree(
    {
      ...(await drawings(`train/${ball}`, 'ball', 24)),
      ...(await drawings(`train/${wave}`, 'wave', 24)),
      ...(await drawings(`valid/${ball}`, 'ball', 4, { from: 40 })),
      ...(await drawings(`valid/${wave}`, 'wave', 4, { from: 40 })),
    },
    data,
  )
  const quick = ['--fine-tune', 'never', '--backbone', smallNetwork, '--size', '64', '--threads', '1']
  const args = ['train', data, '--out', run, ...quick, '--seed', String(seed), '--quiet']
  const { status, stderr } = await chiquito(args, { env: { CHIQUITO_CACHE: path.join(folder, 'cache') } })
  expect(status, stderr).toBe(0)
  return path.join(run, 'model.onnx')
}
