import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream, statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { programFile } from '../support/process.js'

/** How our command line ended. */
export interface Ended {
  /** Exit code; null where a signal ended it. */
  readonly status: number | null
  readonly seconds: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `chiquito predict RUN LIST --out FILE`, and looks at it every so many milliseconds.
 *
 * @param look - told the process and how many bytes of rows there are
 */
export function judged(
  [run, list, out]: readonly [string, string, string],
  every: number,
  look: (child: ChildProcess, bytes: number) => void,
): Promise<Ended> {
  const main = programFile()
  const args = [main, 'predict', run, list, '--out', out, '--json', '--quiet']
  const started = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', text => {
    stdout += text
  })
  child.stderr.on('data', text => {
    stderr += text
  })
  const rows = path.join(`${out}.part`, 'rows.jsonl')
  const timer = setInterval(() => look(child, statSync(rows, { throwIfNoEntry: false })?.size ?? 0), every)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => {
      clearInterval(timer)
      resolve({ status, seconds: (performance.now() - started) / 1000, stdout, stderr })
    })
  })
}

/** Writes a list of so many rows, the photos over and over; in another order each time, so that shards differ. */
export async function writeList(list: string, photos: readonly string[], rows: number): Promise<void> {
  const lines: string[] = []
  for (let i = 0; i < rows; i++) lines.push(photos[(i + 7 * Math.floor(i / photos.length)) % photos.length])
  await writeFile(list, `${lines.join('\n')}\n`)
}

/** What became of a list: rows that are the right ones in their places, and what is wrong, in words. */
export interface Checked {
  readonly right: number
  readonly faults: readonly string[]
}

/** Each line of the list is to have one row, in its order. */
export async function checkedRows(out: string, list: string): Promise<Checked> {
  const wanted = (await readFile(list, 'utf8')).trimEnd().split('\n')
  let [at, right] = [0, 0]
  let first: string | undefined
  for await (const line of createInterface({ input: createReadStream(out) })) {
    const row: unknown = JSON.parse(line)
    const isRow = typeof row === 'object' && row !== null && 'path' in row && 'label' in row
    if (isRow && row.path === wanted[at]) right++
    else first ??= `row ${at + 1} is not that of ${wanted[at]}: ${line.slice(0, 100)}`
    at++
  }
  const count = at === wanted.length ? [] : [`${at} rows of ${wanted.length}`]
  return { right, faults: first === undefined ? count : [first, ...count] }
}
