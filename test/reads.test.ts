// How often train opens each photo, and evaluate the record of a run: counted by the system, as image libraries open files themselves.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { chiquito } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { scenes } from './support/spots.js'

/** Where all was measured before: its content for the hash, and its header. Some are in the report's galleries, too. */
const TWICE = 2

const hasStrace = spawnSync('strace', ['-f', '-e', 'trace=openat', 'true']).status === 0

it.skipIf(!hasStrace)('with strace: train opens a photo once for each thing it is read for', async () => {
  const root = temporaryFolder()
  const photos = { ...(await scenes('cat', 12)), ...(await scenes('dog', 12, { from: 100 })) }
  const data = path.join(root, 'photos')
  writeTree(photos, data)
  const env = { CHIQUITO_CACHE: path.join(root, 'cache') }
  const opens = async (run: string) => {
    const log = path.join(root, `${run}.strace`)
    const within = ['strace', '-f', '-e', 'trace=openat', '-s', '4096', '-o', log]
    const words = ['train', data, '--out', path.join(root, run), '--fine-tune', 'never']
    const told = await chiquito(words, { env, within })
    expect(told.status, told.stderr).toBe(0)
    const counts = new Map(Object.keys(photos).map(file => [file, 0]))
    for (const [, file] of readFileSync(log, 'utf8').matchAll(
      /openat\(AT_FDCWD, "[^"]*\/photos\/([^"]+\.jpg)"/g,
    ))
      counts.set(file, (counts.get(file) ?? 0) + 1)
    return [...counts.values()].sort((a, b) => a - b)
  }
  const cold = await opens('cold')
  expect(cold[0]).toBeGreaterThan(0)
  // A file that was written a moment ago is looked at again: it may have changed since.
  await setTimeout(2500)
  await opens('settled')
  const warm = await opens('warm')
  expect(warm[0]).toBe(TWICE)
  expect(warm[warm.length >> 1]).toBe(TWICE)
  const log = path.join(root, 'evaluate.strace')
  const within = ['strace', '-f', '-e', 'trace=openat', '-s', '4096', '-o', log]
  for (const more of [[], [data]]) {
    const told = await chiquito(['evaluate', path.join(root, 'warm'), ...more], { env, within })
    expect(told.status, told.stderr).toBe(0)
    expect(readFileSync(log, 'utf8').match(/"[^"]*\/warm\/run\.json"/g)).toHaveLength(1)
  }
})
