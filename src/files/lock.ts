import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { ChiquitoError, pause, throwIfAborted, type WorkOptions } from '../core/index.js'
import { errorCode, ioError } from './io-error.js'

const ownerSchema = z.object({ pid: z.int().positive(), host: z.string() })
type Owner = z.infer<typeof ownerSchema>

/** Writing a lock takes far less, even on a slow network disk; an older one without content was left by a kill. */
const WRITING_MS = 10_000

/** How often a waiting process looks whether the lock is free. */
const POLL_MS = 200

/** A process that was stopped or killed lets its locks go within that; one that is at work keeps them for longer. */
const ENDING_MS = 2000

/** Locks of this process. A file with our process number that is not among them was left by an earlier process. */
const held = new Set<string>()

/** Releases a lock; harmless when called again. */
export type Release = () => void

/**
 * Takes a lock file, so that two programs never write the same files at once. A lock whose process is gone is taken
 * over: it guards against two terminals, not against an adversary, so the instant between the two steps is accepted.
 *
 * @param what - what is guarded, for the message: `the run folder "out"`
 * @throws `io` when another process holds it
 */
export function takeLock(path: string, what: string): Release {
  const file = resolve(path)
  const taken = tryLock(file)
  if (typeof taken === 'function') return taken
  throw new ChiquitoError('io', `${busy(taken, what)} Wait for it or stop it; ${remedy(file)}`)
}

/**
 * Takes a lock file like {@link takeLock}, but waits as long as another holds it: for work whose result both can use.
 *
 * @throws `interrupted`
 */
export async function waitForLock(path: string, what: string, work: WorkOptions): Promise<Release> {
  const file = resolve(path)
  const lock = await poll(file, work, Number.POSITIVE_INFINITY, holder => {
    return `${busy(holder, what)} Waiting for it; ${remedy(file)}`
  })
  return lock ?? takeLock(path, what)
}

/**
 * Takes a lock file like {@link takeLock}, but gives a process that is just ending, such as one that was interrupted a moment ago,
 * the time for that.
 *
 * @throws `io` when another process still holds it then, `interrupted`
 */
export async function takeLockSoon(path: string, what: string, work: WorkOptions = {}): Promise<Release> {
  const lock = await poll(resolve(path), work, ENDING_MS, holder => {
    // This process is at work, and nobody interrupted another machine's from here.
    if (holder.owner?.pid === process.pid || isElsewhere(holder)) return undefined
    return `${busy(holder, what)} It may be just ending: waiting ${ENDING_MS / 1000} s for that.`
  })
  return lock ?? takeLock(path, what)
}

/**
 * The lock as soon as it is free; undefined where it is not within so many milliseconds.
 *
 * @param message - what is said where it has to be waited for; undefined where there is no point in waiting
 */
async function poll(
  file: string,
  { progress, signal }: WorkOptions,
  most: number,
  message: (holder: Holder) => string | undefined,
): Promise<Release | undefined> {
  const began = performance.now()
  for (let told = false; performance.now() - began < most; told = true) {
    throwIfAborted(signal)
    const taken = tryLock(file)
    if (typeof taken === 'function') return taken
    const text = message(taken)
    if (text === undefined) return undefined
    if (!told) progress?.({ kind: 'notice', message: text })
    await pause(POLL_MS, signal)
  }
  return undefined
}

/** Whether a process that is still there holds a lock. */
export function isLocked(path: string): boolean {
  const file = resolve(path)
  const owner = readOwner(file)
  return owner === undefined ? existsSync(file) && isFresh(file) : isAlive(owner, file)
}

/** Who holds a lock, where that is known. */
interface Holder {
  readonly owner: Owner | undefined
}

/** The lock, or who holds it. */
function tryLock(file: string): Release | Holder {
  if (!create(file)) {
    const owner = readOwner(file)
    if (owner === undefined ? isFresh(file) : isAlive(owner, file)) return { owner }
    rmSync(file, { force: true })
    if (!create(file)) return { owner: readOwner(file) }
  }
  held.add(file)
  return () => {
    if (held.delete(file)) rmSync(file, { force: true })
  }
}

function create(file: string): boolean {
  const owner: Owner = { pid: process.pid, host: hostname() }
  try {
    writeFileSync(file, JSON.stringify(owner), { flag: 'wx' })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (errorCode(error) === 'ENOSPC') rmSync(file, { force: true })
    throw ioError(error, 'write', file)
  }
}

function busy({ owner }: Holder, what: string): string {
  const who = owner === undefined ? '' : ` (process ${owner.pid} on ${owner.host})`
  return `Another chiquito${who} is using ${what}.`
}

function remedy(file: string): string {
  return `if there is none, delete "${file}".`
}

/** Who holds the lock; undefined when the file is gone or torn, which only a kill while writing it leaves. */
function readOwner(file: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}

/** Whether a lock without an owner may be one that is just being written. */
function isFresh(file: string): boolean {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return Date.now() - written < WRITING_MS
}

function isElsewhere({ owner }: Holder): boolean {
  return owner !== undefined && owner.host !== hostname()
}

/** Processes of other machines (a shared disk) cannot be asked, so they count as alive. */
function isAlive(owner: Owner, file: string): boolean {
  if (isElsewhere({ owner })) return true
  if (owner.pid === process.pid) return held.has(file)
  try {
    process.kill(owner.pid, 0)
    return !isZombie(owner.pid)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** Whether a process ended, and is only in the list still until its parent takes note, which some parents never do (proc(5), state). */
function isZombie(pid: number): boolean {
  try {
    // The name in brackets may hold anything, brackets too.
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // Not Linux, or gone this instant.
    return false
  }
}
