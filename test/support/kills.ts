// Kills at random moments, and what must be true of a folder of photos after them. Knows no test runner: a benchmark uses it too.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RandomStream } from '../../src/core/index.js'

/** SHA-256 of every file, by path; without the journal, its lock, and what is hidden. */
export type Tree = Readonly<Record<string, string>>

export function treeOf(root: string): Tree {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path !== 'journal.jsonl' && !/(^|\/)\./.test(path) && !path.endsWith('/chiquito.json'))
  return Object.fromEntries(
    paths
      .filter(path => statSync(join(root, path)).isFile())
      .sort()
      .map(path => [
        path,
        createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex'),
      ]),
  )
}

interface Act {
  readonly act: string
  readonly from: string
  readonly to: string
  readonly kept: string
  readonly made: string
  readonly path: string
  readonly after: string
}

/** Where every file must be by what the journal's lines say, begun with what was there before them. */
export function asJournalSays(root: string, before: Tree): Tree {
  const journal = join(root, 'journal.jsonl')
  if (!existsSync(journal)) return before
  const records = readFileSync(journal, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => JSON.parse(line))
  const failed = new Set(records.flatMap(({ event, number }) => (event === 'failed' ? [number] : [])))
  const tree: Record<string, string> = { ...before }
  const move = (from: string, to: string) => {
    tree[to] = tree[from]
    if (from !== to) delete tree[from]
  }
  for (const { event, number, what } of records) {
    if (event !== 'act' || failed.has(number)) continue
    const { act, from, to, kept, made, path, after }: Act = what
    if (act === 'move') move(from, to)
    if (act === 'edit') tree[path] = after
    if (act === 'replace') {
      move(from, kept)
      tree[to] = after
    }
    if (act === 'restore') {
      delete tree[made]
      move(from, to)
    }
  }
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What of the originals is missing, or is there more than once; one may be at two places while its act is cut off. */
export function astray(before: Tree, now: Tree): string[] {
  const count = (tree: Tree) => {
    const counts = new Map<string, number>()
    for (const sha of Object.values(tree)) counts.set(sha, (counts.get(sha) ?? 0) + 1)
    return counts
  }
  const photos = Object.entries(before).filter(([path]) => !path.endsWith('.jsonl'))
  const [wanted, present] = [count(Object.fromEntries(photos)), count(now)]
  const lost = [...wanted].filter(([sha, times]) => (present.get(sha) ?? 0) < times)
  const twice = [...wanted].filter(([sha, times]) => (present.get(sha) ?? 0) > times)
  return [
    ...lost.map(([sha]) => `${photos.find(([, other]) => other === sha)?.[0]} is lost`),
    ...(twice.length > 1 ? [`${twice.length} photos are there more than once`] : []),
  ]
}

export interface KillOptions {
  readonly root: string
  readonly kills: number
  readonly seed: number
  /** Starts the command line with these words. */
  readonly start: (words: readonly string[]) => ChildProcess
  /** The commands, drawn from at random. */
  readonly commands: readonly (readonly string[])[]
  /** Told of each run. */
  readonly told?: (line: string) => void
}

export interface KillReport {
  /** Runs that were killed at work. */
  readonly killed: number
  /** What was wrong, in words. */
  readonly failures: readonly string[]
}

/**
 * Kills commands at random moments of their work, and looks after each that no photo is lost. Every fifth one is let end: then
 * every file must be where the journal says.
 */
export async function killAtRandom({
  root,
  kills,
  seed,
  start,
  commands,
  told = () => undefined,
}: KillOptions): Promise<KillReport> {
  const random = RandomStream.fromSeed(seed)
  const before = treeOf(root)
  const failures: string[] = []
  let killed = 0
  for (let run = 0; killed < kills && run < 4 * kills; run++) {
    const words = commands[random.integer(commands.length)]
    const isWhole = run % 5 === 4
    const child = start(words)
    const ended = endOf(child)
    const lines = 1 + random.integer(24)
    if (!isWhole) void killWhenGrown(root, child, lines, random.integer(12))
    const { signal, stderr } = await ended
    if (signal === 'SIGKILL') killed++
    told(`${words.join(' ')}: ${signal ?? 'ended'}`)
    failures.push(...astray(before, treeOf(root)).map(what => `after ${words.join(' ')}: ${what}`))
    // Where nothing is left to be done, a command says so; anything else is wrong.
    if (signal === null && /unexpected error|node:internal/.test(stderr)) failures.push(stderr)
    if (isWhole && signal === null) failures.push(...differences(asJournalSays(root, before), treeOf(root)))
  }
  return { killed, failures }
}

export function differences(expected: Tree, got: Tree): string[] {
  const paths = [...new Set([...Object.keys(expected), ...Object.keys(got)])]
  return paths
    .filter(path => expected[path] !== got[path])
    .map(
      path =>
        `${path}: ${got[path]?.slice(0, 8)} is there, where the journal says ${expected[path]?.slice(0, 8)}`,
    )
}

function endOf(child: ChildProcess): Promise<{ signal: NodeJS.Signals | null; stderr: string }> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  child.stdout?.resume()
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_, signal) => resolve({ signal, stderr }))
  })
}

/** Once the journal has grown by so many lines, and a moment later. */
async function killWhenGrown(root: string, child: ChildProcess, lines: number, delay: number): Promise<void> {
  const journal = join(root, 'journal.jsonl')
  const count = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0)
  const from = count()
  while (child.exitCode === null && child.signalCode === null && count() < from + lines) await pause(1)
  await pause(delay)
  child.kill('SIGKILL')
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

/** Starts the built command line. */
export function starter(program: string, cache: string): (words: readonly string[]) => ChildProcess {
  return words =>
    spawn(process.execPath, [program, ...words], {
      env: { ...process.env, CHIQUITO_CACHE: cache },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
}
