import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { throwIfAborted } from '../core/index.js'
import { programBeside } from './programs.js'

/**
 * From so many operations on a graph is prepared in a process of its own: opening it here would keep this thread for most
 * of a second, and for several on a busy machine.
 */
const MANY_NODES = 1500

/** Whether opening such a graph takes long enough to be worth a process. */
export function isWorthPreparing(nodes: number): boolean {
  return nodes >= MANY_NODES
}

/**
 * The graph as the runtime rewrites it, in the runtime's own format, which opens in a fraction of the time and computes the
 * same. That is done in a process of its own: the runtime keeps the thread while it does, where no Ctrl-C would be
 * heard, and cannot be stopped; a process can. Undefined where no process can be started or it fails: whoever opens the
 * graph itself then finds out why.
 *
 * @param bytes an `.onnx` file
 * @throws `interrupted` as soon as the signal fires
 */
export async function prepareAside(
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  throwIfAborted(signal)
  const program = programBeside('prepare-process')
  const folder = program && (await mkdtemp(path.join(tmpdir(), 'chiquito-')).catch(() => undefined))
  if (!program || !folder) return undefined
  // A group of its own: Ctrl-C reaches this process alone, which then decides.
  const child = spawn(process.execPath, [program, folder], {
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    detached: true,
    windowsHide: true,
  })
  const stop = () => child.kill('SIGKILL')
  const stopAndClear = () => {
    stop()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', stopAndClear)
  signal?.addEventListener('abort', stop)
  // It may have fired while the folder was made.
  if (signal?.aborted) stop()
  try {
    const answer = await exchanged(child, bytes)
    throwIfAborted(signal)
    return answer
  } finally {
    signal?.removeEventListener('abort', stop)
    process.off('exit', stopAndClear)
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Hands the bytes over and gathers what comes back until the process has ended; undefined unless it ended well. */
async function exchanged(child: ChildProcess, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  const answer = child.stdio[3]
  if (isReadable(answer)) answer.on('data', (part: Buffer) => parts.push(part)).on('error', () => undefined)
  const ended = new Promise<number | null>(resolve => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  // A process that is gone takes no more bytes; how it ended says that already.
  child.stdin?.on('error', () => undefined).end(bytes)
  const code = await ended
  return code === 0 && parts.length > 0 ? Buffer.concat(parts) : undefined
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'readable' in stream
}
