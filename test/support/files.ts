import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

/** A fresh folder that other users can enter, removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chiquito-test-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files given as `{ 'train/cat/1.jpg': 'content' }` under a folder (a fresh one when not given). */
export function writeTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  root = temporaryFolder(),
): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

/** `count` files of different content in a folder: `photos('train/cat', 3)`. */
export function photos(folder: string, count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${folder}/${i + 1}.jpg`, `photo ${i + 1} of ${folder}`]),
  )
}

/** Whether permissions can be tested: only root can lay its power down and take it up again. */
export const canDropRights = process.platform === 'linux' && process.getuid?.() === 0

/** Runs work as the user "nobody", whom permissions bind. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(65534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

/** Mounts a file system of a few bytes at a fresh folder; undefined where that is not allowed. */
export function smallDisk(bytes: number, { readOnly = false } = {}): string | undefined {
  const folder = temporaryFolder()
  const options = `size=${bytes},mode=755${readOnly ? ',ro' : ''}`
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
  })
  return folder
}

/** Gives a small disk another size. */
export function resizeDisk(folder: string, bytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${bytes}`, folder])
}

/** Starts endless work of `endless.ts` in a process of its own and waits until it has begun. */
export async function startEndless(name: string, ...args: string[]): Promise<ChildProcess> {
  const support = import.meta.dirname
  const child = fork(join(support, 'child.mjs'), [join(support, 'endless.ts'), name, ...args], {
    cwd: resolve(support, '../..'),
    execArgv: [],
  })
  onTestFinished(() => kill(child))
  await new Promise<void>((begun, failed) => {
    child.once('message', () => begun())
    child.once('exit', code => failed(new Error(`${name} ended with ${code}`)))
  })
  return child
}

/** Ends a process as a power cut would, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}
