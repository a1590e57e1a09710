import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { temporaryFolder } from './files.js'
import { chiquitoHere } from './in-process.js'

/** An archive, what is wrong with it in words, and what is said of it. */
export type Refused = readonly [what: string, make: () => Buffer, says: RegExp]

/** It is refused by name, nothing is written outside, and nothing is left. */
export async function expectRefused(make: () => Buffer, says: RegExp): Promise<void> {
  // "here" has a neighbour, which an archive that climbs out would meet.
  const root = temporaryFolder()
  const here = path.join(root, 'deep', 'here')
  mkdirSync(here, { recursive: true })
  writeFileSync(path.join(root, 'deep', 'neighbour'), 'untouched')
  writeFileSync(path.join(here, 'a.archive'), make())
  const archive = path.join(here, 'a.archive')
  const told = await chiquitoHere(['collect', 'archive', archive, '--out', path.join(here, 'out'), '--quiet'])
  expect(told).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(says) })
  expect(told.stderr).toContain(`chiquito: "${archive}" cannot be unpacked: `)
  expect(readdirSync(here)).toEqual(['a.archive'])
  expect(readdirSync(path.join(root, 'deep')).sort()).toEqual(['here', 'neighbour'])
  expect(readdirSync(root)).toEqual(['deep'])
  expect(readFileSync(path.join(root, 'deep', 'neighbour'), 'utf8')).toBe('untouched')
}
