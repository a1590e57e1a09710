// What tests of "chiquito split" share: sixty photos of two classes, copies of some, and the command in this process.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { expect } from 'vitest'
import type { SplitResult } from '../../src/actions/split.js'
import { documentOf } from './chiquito.js'
import { temporaryFolder, writeTree } from './files.js'
import { chiquitoHere } from './in-process.js'
import { sceneJpeg, scenes } from './spots.js'

/** Thirty cats, thirty dogs, none like another. */
export async function sixtyPhotos(): Promise<Record<string, Buffer>> {
  return { ...(await scenes('cat', 30)), ...(await scenes('dog', 30, { from: 100 })) }
}

/** Copies of the first four cats, a kind each. */
export async function fourCopies(photos: Readonly<Record<string, Buffer>>): Promise<Record<string, Buffer>> {
  return {
    'cat/same.jpg': photos['cat/a0x.jpg'],
    'cat/anew.jpg': await sceneJpeg(1, 30),
    'cat/mirrored.jpg': await sharp(await sceneJpeg(2))
      .flop()
      .jpeg()
      .toBuffer(),
    'cat/turned.jpg': await sharp(await sceneJpeg(3))
      .rotate(90)
      .jpeg()
      .toBuffer(),
  }
}

/** What the command line says of one run. */
export async function told(...args: string[]) {
  const result = await chiquitoHere(['split', ...args, ...(args.includes('--deep') ? [] : ['--quick'])])
  return { ...result, text: `${result.stderr}${result.stdout}` }
}

export async function split(...args: string[]): Promise<SplitResult> {
  const result = await told(...args, '--json')
  expect(result.status, result.stderr).toBe(0)
  return documentOf<SplitResult>(result)
}

/** The part of each file, by its name. */
export function parts(out: string): Map<string, string> {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).map(file =>
    file.replaceAll(path.sep, '/'),
  )
  return new Map(
    files
      .filter(file => /\.(jpg|png)$/.test(file))
      .map(file => [file.slice(file.indexOf('/') + 1), file.slice(0, file.indexOf('/'))]),
  )
}

/** A folder of photos, and the name of one beside it that is not there yet. */
export function tree(files: Record<string, string | Uint8Array>): { data: string; out: string } {
  const root = temporaryFolder()
  writeTree(files, path.join(root, 'photos'))
  return { data: path.join(root, 'photos'), out: path.join(root, 'dataset') }
}
