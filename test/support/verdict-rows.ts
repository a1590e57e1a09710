import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, expect } from 'vitest'
import { chiquito, type RunOptions, type Told } from './chiquito.js'
import { writeTree } from './files.js'
import { chiquitoHere } from './in-process.js'
import { drawing, drawings } from './photos.js'
import { smallRuns } from './small-runs.js'

/** A row of `predict --out`, as tests look at it. */
export interface Row {
  readonly path: string
  readonly sha256: string | null
  readonly label?: string
  readonly error?: string
}

/** A run, an album that it judges, and half a photo beside it: for all tests of a file. */
export function judgedAlbum() {
  const { at, trained } = smallRuns()
  const run = trained('run')
  beforeAll(async () => {
    writeTree(
      {
        ...(await drawings('album', 'ball', 3, { from: 30 })),
        ...(await drawings('album/at sea ñ', 'wave', 3, { from: 30, format: 'jpeg' })),
        'album/.hidden/1.png': await drawing('wave', 40),
        'album/notes.txt': 'no photo',
        'half.jpg': (await drawing('wave', 43, { format: 'jpeg', side: 160 })).subarray(0, 700),
      },
      at(),
    )
  })
  return { at, run, album: at('album'), half: at('half.jpg') }
}

/** Runs `predict`: in this process, or in one of its own where options are given (`{}` for none). */
export function predict(args: readonly string[], options?: RunOptions): Promise<Told> {
  const words = ['predict', ...args, '--threads', '1']
  return options ? chiquito(words, options) : chiquitoHere(words)
}

/** Judges into a file, which must come about, and gives its text. */
export async function rowsOf(args: readonly string[], out: string, options?: RunOptions): Promise<string> {
  const told = await predict([...args, '--out', out], options)
  expect(told.status, told.stderr).toBe(0)
  expect(existsSync(`${out}.part`)).toBe(false)
  return readFileSync(out, 'utf8')
}

export function parsedRows(text: string): Row[] {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map(line => JSON.parse(line))
}

export const pathsIn = (text: string) => parsedRows(text).map(row => row.path)
