import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { documentOf } from './chiquito.js'
import { temporaryFolder } from './files.js'
import { chiquitoHere } from './in-process.js'

export interface Unpacked {
  readonly photos: number
  readonly tables: number
  readonly left: number
  readonly leftNames: string[]
}

/** Unpacks an archive, and gives what was told and the files that are there. */
export async function unpack(archive: Buffer | string, name = 'photos.archive') {
  const root = temporaryFolder()
  const place = typeof archive === 'string' ? archive : path.join(root, name)
  if (typeof archive !== 'string') writeFileSync(place, archive)
  const out = path.join(root, 'out')
  const told = await chiquitoHere(['collect', 'archive', place, '--out', out, '--json'])
  expect(told.status, told.stderr).toBe(0)
  return { out, told, result: documentOf<Unpacked>(told), files: filesOf(out) }
}

/** Paths of the files below a folder, sorted. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort()
}
