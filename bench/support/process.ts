import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the checkout, whether this runs from `bench/` or from a build of it. */
export function checkoutRoot(): string {
  let directory = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(directory, 'bench', 'python'))) {
    const parent = path.dirname(directory)
    if (parent === directory) throw new Error('bench/python is not there: benchmarks run in a checkout only')
    directory = parent
  }
  return directory
}

/** The article's photos, where they are: beside the checkout. */
export function articlePhotos(): string | undefined {
  const folder = path.join(checkoutRoot(), '..', 'shared', 'datasets', 'chiquito')
  return existsSync(folder) ? folder : undefined
}

export const noArticlePhotos =
  'the photos of the article are not in ../shared/datasets/chiquito (chiquito demo --dataset chiquito fetches them)'

/** A finished process. */
export interface Finished {
  readonly seconds: number
  /** The most memory it had, in MB; undefined where the system does not say. */
  readonly peakMb: number | undefined
  readonly stdout: string
}

/** How often a process is asked for its peak memory, in ms; the peak itself is the kernel's. */
const askEvery = 100

/**
 * Runs a program to its end: how long it took as a whole process, and its peak memory, of which `memoryOf` tells what it is
 * in MB when asked. Throws where it ends with another code than those of `codes`.
 */
export function timed(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  memoryOf: (pid: number | undefined) => number | undefined = highWaterMark,
  codes: readonly number[] = [0],
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    let peakMb: number | undefined
    const watch = setInterval(() => {
      const mb = memoryOf(child.pid)
      if (mb !== undefined) peakMb = Math.max(mb, peakMb ?? 0)
    }, askEvery)
    child.stdout.on('data', chunk => {
      stdout += chunk
    })
    child.stderr.on('data', chunk => {
      stderr = (stderr + chunk).slice(-4000)
    })
    child.on('error', reject)
    child.on('close', code => {
      clearInterval(watch)
      const seconds = (performance.now() - started) / 1000
      if (code !== null && codes.includes(code)) resolve({ seconds, peakMb, stdout })
      else
        reject(
          new Error(`${command} ${args.join(' ')} ended with ${code}: ${stderr.trim().split('\n').at(-1)}`),
        )
    })
  })
}

/** The command line as it is built. */
export function programFile(): string {
  return path.join(checkoutRoot(), 'dist/program/main.js')
}

/** Runs our command line as a whole process. */
export function chiquito(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  memoryOf = highWaterMark,
  codes: readonly number[] = [0],
): Promise<Finished> {
  return timed(process.execPath, [programFile(), ...args], env, memoryOf, codes)
}

/** VmHWM of a process in MB (Linux). */
export function highWaterMark(pid: number | undefined): number | undefined {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return found ? Number(found[1]) / 1024 : undefined
  } catch {
    return undefined
  }
}
