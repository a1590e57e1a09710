import type { Dirent } from 'node:fs'
import { open, opendir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { writeFileAtomic } from './atomic.js'

/** Tells what was done to the photos that it lies beside. */
export const JOURNAL = 'journal.jsonl'

/** In a folder that is no run but was written by this program: says which kind, as `run.json` does for a run. */
export const MARK_FILE = 'chiquito.json'

/** Files that may say so, each beginning with the format. */
const markFiles = ['run.json', MARK_FILE]

/** How every such file begins, also one whose end is missing. */
const mark = /^\uFEFF?\s*\{\s*"format"\s*:\s*"chiquito-[a-z]/

/** More than enough for the beginning. */
const MARK_BYTES = 256

/** Runs may be sorted into folders; more levels than this are no such thing. */
const MAX_LEVELS = 8

/** What people and this program leave beside runs: notes, tables, curves. None of it can be a photo. */
const besideRuns = new Set('txt md json jsonl csv tsv log html svg pdf yaml yml toml onnx lock'.split(' '))

/**
 * Says of a folder that this program wrote it, so that it is never taken for input. Runs need none: they have `run.json`.
 *
 * @param kind - `figures`, `app`, …: lower-case letters
 * @throws `io`
 */
export async function markOutput(folder: string, kind: string): Promise<void> {
  const path = join(folder, MARK_FILE)
  if (await begins(path)) return
  await writeFileAtomic(path, `{ "format": "chiquito-${kind}" }\n`)
}

/** Whether a folder has the mark of this kind. Never throws. */
export async function hasMark(folder: string, kind: string): Promise<boolean> {
  const text = await beginningOf(join(folder, MARK_FILE))
  return text !== undefined && mark.test(text) && text.includes(`"chiquito-${kind}"`)
}

/**
 * Whether a folder holds what this program wrote (a run, finished or not, copied or damaged; figures; whatever
 * {@link markOutput} marked), or nothing but such folders. Never throws: folders of photos are asked, too.
 */
export async function isOutputFolder(folder: string): Promise<boolean> {
  return (await contentOf(folder, 0).catch(() => 'other')) === 'output'
}

/** `nothing`: neither our output nor anything that may be a photo. */
type Content = 'output' | 'other' | 'nothing'

async function contentOf(folder: string, level: number): Promise<Content> {
  for (const name of markFiles) if (await begins(join(folder, name))) return 'output'
  if (await isJustBegun(folder)) return 'output'
  if (level === MAX_LEVELS) return 'other'
  let content: Content = 'nothing'
  // Ends at the first thing that is not ours: mostly the first photo.
  for await (const entry of await opendir(folder)) {
    const found = await contentOfEntry(folder, entry, level)
    if (found === 'other') return 'other'
    if (found === 'output') content = 'output'
  }
  return content
}

async function contentOfEntry(folder: string, entry: Dirent, level: number): Promise<Content> {
  const { name } = entry
  if (name.startsWith('.')) return 'nothing'
  // It lies beside photos, even if all of them are set aside by now.
  if (name === JOURNAL) return 'other'
  const path = join(folder, name)
  const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path)).isDirectory())
  if (isFolder) return contentOf(path, level + 1)
  return besideRuns.has(extname(name).slice(1).toLowerCase()) ? 'nothing' : 'other'
}

/** A run killed at its very beginning: its lock is there, and nothing else. */
async function isJustBegun(folder: string): Promise<boolean> {
  if (!(await stat(join(folder, '.lock')).catch(() => undefined))?.isFile()) return false
  for await (const { name } of await opendir(folder)) if (!name.startsWith('.')) return false
  return true
}

async function begins(path: string): Promise<boolean> {
  const text = await beginningOf(path)
  return text !== undefined && mark.test(text)
}

/** Undefined where there is no such file. */
async function beginningOf(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MARK_BYTES), 0, MARK_BYTES, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
