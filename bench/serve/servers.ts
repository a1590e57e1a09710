import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { checkoutRoot, programFile } from '../support/process.js'
import { treeMb, treeSeconds } from '../support/process-tree.js'
import { ask, type Sent } from './load.js'

/** A server of one of the sides. */
export interface BenchServer {
  readonly name: string
  readonly address: string
  /** What it is sent for a photo. */
  readonly sent: (photo: Buffer) => Sent
  /** Of it and all that it started, in MB. */
  memory(): number
  /** Seconds of processors that it and all that it started have taken. */
  busy(): number
  stop(): Promise<void>
}

interface Start {
  readonly name: string
  readonly command: string
  readonly args: (port: number) => readonly string[]
  readonly sent: (photo: Buffer) => Sent
}

/** A server that does not answer within this is not coming. */
const START_SECONDS = 60

export const raw = (photo: Buffer): Sent => ({ type: 'image/jpeg', body: photo })
const json = (photo: Buffer): Sent => ({
  type: 'application/json',
  body: Buffer.from(JSON.stringify({ base64: photo.toString('base64') })),
})

export function chiquitoServer(model: string, options: readonly string[] = []): Start {
  const main = programFile()
  return {
    name: 'chiquito serve',
    command: process.execPath,
    args: port => [main, 'serve', model, '--port', String(port), '--quiet', ...options],
    sent: raw,
  }
}

export function pythonServer(
  python: string,
  script: 'serve_fastapi.py' | 'serve_litserve.py',
  model: string,
  setting: string,
): Start {
  const file = path.join(checkoutRoot(), 'bench/python', script)
  return {
    name: `${script === 'serve_fastapi.py' ? 'FastAPI' : 'LitServe'} (${setting})`,
    command: python,
    args: port => [file, model, String(port), setting],
    sent: script === 'serve_fastapi.py' ? raw : json,
  }
}

/** Starts a server and waits until it has answered to a photo; where it cannot run, says why. */
export async function startServer(
  { name, command, args, sent }: Start,
  photo: Buffer,
): Promise<BenchServer | { readonly skipped: string }> {
  const port = await freePort()
  // A group of its own, so that what it started ends with it.
  const child = spawn(command, args(port), { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let stderr = ''
  child.stderr.on('data', text => {
    stderr = (stderr + text).slice(-4000)
  })
  child.on('error', error => {
    stderr += error.message
  })
  const address = `http://127.0.0.1:${port}`
  const server: BenchServer = {
    name,
    address,
    sent,
    memory: () => treeMb(child.pid) ?? Number.NaN,
    busy: () => treeSeconds(child.pid),
    stop: () => stop(child),
  }
  const until = performance.now() + START_SECONDS * 1000
  while (performance.now() < until && child.exitCode === null) {
    const answered = await ask(address, sent(photo)).then(
      () => true,
      () => false,
    )
    if (answered) return server
    await pause(200)
  }
  await stop(child)
  return { skipped: `${name} does not answer: ${stderr.trim().split('\n').at(-1)}` }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  const group = -child.pid
  process.kill(group, 'SIGTERM')
  const timer = setTimeout(() => process.kill(group, 'SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
  try {
    process.kill(group, 'SIGKILL')
  } catch {
    // Nobody of it is left.
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no free port')),
      )
    })
  })
}
