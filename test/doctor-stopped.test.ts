// A first look at many photos that is killed, or stopped by Ctrl-C: the same command goes on from there. Through the command line.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DoctorResult } from '../src/actions/doctor.js'
import { chiquito, documentOf, type Moment, suiteFolder, type Told } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { scenes } from './support/spots.js'

/** Photos in all. */
const COUNT = 240

/** What it says as it begins to compute features; each that is kept is two writes. */
const LOOKING = 'photos as the network sees them'

const folder = suiteFolder()
const data = path.join(folder, 'photos')

/** What an unharmed run finds, and what it keeps. */
const whole = {
  ...{ quick: [] as DoctorResult['findings'], deep: [] as DoctorResult['findings'] },
  ...{ bytes: 0, shard: '', lines: 0 },
}

beforeAll(async () => {
  writeTree({ ...(await scenes('cat', COUNT / 2)), ...(await scenes('dog', COUNT / 2, { from: 300 })) }, data)
  writeTree({ 'cat/broken.jpg': '<html>no photo</html>' }, data)
  const cache = path.join(folder, 'cache')
  whole.quick = findingsOf(await doctor(cache, ['--quick', '--json']))
  expect(linesIn(cache)).toBe(COUNT + 1)
  const [shard] = shardsIn(cache)
  whole.shard = path.relative(cache, shard)
  whole.lines = linesOf(shard)
  whole.deep = findingsOf(await doctor(cache, ['--json']))
  whole.bytes = featureBytes(cache)
})

const doctor = (cache: string, words: readonly string[]) =>
  chiquito(['doctor', data, ...words], { env: { CHIQUITO_CACHE: cache } })

const findingsOf = (told: Told) => {
  expect(told.status, told.stderr).toBe(0)
  return documentOf<DoctorResult>(told).findings
}

/** Has it stopped by a signal at a moment. */
function stopped(cache: string, words: readonly string[], signal: NodeJS.Signals, at: Moment): Promise<Told> {
  return chiquito(['doctor', data, ...words], { env: { CHIQUITO_CACHE: cache }, moments: [{ at, signal }] })
}

const shardsIn = (cache: string) => filesIn(path.join(cache, 'facts'), /v\d+.[0-9a-f]\.jsonl$/)

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1

/** Photos whose facts are kept. */
function linesIn(cache: string): number {
  return shardsIn(cache).reduce((sum, file) => sum + linesOf(file), 0)
}

/** What is kept of photos as the network sees them. */
function featureBytes(cache: string): number {
  return filesIn(path.join(cache, 'features'), /./).reduce((sum, file) => sum + statSync(file).size, 0)
}

function filesIn(root: string, name: RegExp): string[] {
  if (!existsSync(root)) return []
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map(file => path.join(root, file))
  return files.filter(file => name.test(file) && statSync(file).isFile())
}

describe('the quick checks', () => {
  it.each<NodeJS.Signals>(['SIGKILL', 'SIGINT'])(
    'go on after %s: no photo is measured twice',
    async signal => {
      const cache = path.join(temporaryFolder(), 'cache')
      const lines = { file: path.join(cache, whole.shard), like: '', count: Math.floor(whole.lines / 4) }
      const told = await stopped(cache, ['--quick'], signal, { lines })
      if (signal === 'SIGKILL') expect(told).toMatchObject({ status: null, signal })
      else {
        expect(told.status, told.stderr).toBe(130)
        expect(told.stderr).toContain(
          'What was measured so far is kept: the same command goes on from there.',
        )
      }
      const kept = linesIn(cache)
      expect(kept).toBeGreaterThan(0)
      expect(kept).toBeLessThan(COUNT + 1)
      const next = await doctor(cache, ['--quick', '--json'])
      expect(findingsOf(next)).toEqual(whole.quick)
      expect(linesIn(cache)).toBe(COUNT + 1)
      const third = await doctor(cache, ['--quick'])
      expect(third.stderr).toContain(`Looking at photos: ${COUNT + 1} of ${COUNT + 1} known from before`)
    },
  )
})

describe('the deep checks', () => {
  it.each<NodeJS.Signals>(['SIGKILL', 'SIGINT'])(
    'go on after %s with the features they have',
    async signal => {
      const cache = path.join(temporaryFolder(), 'cache')
      const told = await stopped(cache, [], signal, { said: LOOKING, later: COUNT / 5 })
      expect(told.status).toBe(signal === 'SIGKILL' ? null : 130)
      const kept = featureBytes(cache)
      expect(kept).toBeGreaterThan(whole.bytes / 100)
      expect(kept).toBeLessThan(whole.bytes)
      const before = filesIn(path.join(cache, 'features'), /./).map(file => ({
        file,
        bytes: readFileSync(file),
      }))
      const next = await doctor(cache, ['--json'])
      expect(findingsOf(next)).toEqual(whole.deep)
      // What was there was used as it is, and nothing computed again.
      for (const { file, bytes } of before)
        expect(readFileSync(file).subarray(0, bytes.length).equals(bytes)).toBe(true)
      expect(Math.abs(featureBytes(cache) - whole.bytes)).toBeLessThan(whole.bytes / 20)
    },
  )
})
