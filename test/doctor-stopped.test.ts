// A first look at many photos that is killed, or stopped by Ctrl-C: the same command goes on from there. Through the command line.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DoctorResult } from '../src/actions/doctor.js'
import { chiquito, documentOf, suiteFolder, type Told } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { scenes } from './support/spots.js'

/** Photos in all, and how many of them are measured when the program is stopped, at least. */
const COUNT = 240
const SOME = 20

const folder = suiteFolder()
const data = path.join(folder, 'photos')

/** What an unharmed run finds, and what it keeps. */
const whole = { quick: [] as DoctorResult['findings'], deep: [] as DoctorResult['findings'], bytes: 0 }

beforeAll(async () => {
  writeTree({ ...(await scenes('cat', COUNT / 2)), ...(await scenes('dog', COUNT / 2, { from: 300 })) }, data)
  writeTree({ 'cat/broken.jpg': '<html>no photo</html>' }, data)
  const cache = path.join(folder, 'cache')
  whole.quick = findingsOf(await doctor(cache, ['--quick', '--json']))
  expect(linesIn(cache)).toBe(COUNT + 1)
  whole.deep = findingsOf(await doctor(cache, ['--json']))
  whole.bytes = featureBytes(cache)
})

const doctor = (cache: string, words: readonly string[]) =>
  chiquito(['doctor', data, ...words], { env: { CHIQUITO_CACHE: cache } })

const findingsOf = (told: Told) => {
  expect(told.status, told.stderr).toBe(0)
  return documentOf<DoctorResult>(told).findings
}

/** Runs it until something holds, then sends a signal. */
function stopped(
  cache: string,
  words: readonly string[],
  signal: NodeJS.Signals,
  isFar: () => boolean,
): Promise<Told> {
  return chiquito(['doctor', data, ...words], {
    env: { CHIQUITO_CACHE: cache },
    started: child => {
      const look = () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        if (isFar()) child.kill(signal)
        else setTimeout(look, 2)
      }
      look()
    },
  })
}

/** Photos whose facts are kept. */
function linesIn(cache: string): number {
  return filesIn(path.join(cache, 'facts'), /v\d+.[0-9a-f]\.jsonl$/).reduce(
    (sum, file) => sum + readFileSync(file, 'utf8').split('\n').length - 1,
    0,
  )
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
      const told = await stopped(cache, ['--quick'], signal, () => linesIn(cache) >= SOME)
      if (signal === 'SIGKILL') expect(told).toMatchObject({ status: null, signal })
      else {
        expect(told.status, told.stderr).toBe(130)
        expect(told.stderr).toContain(
          'What was measured so far is kept: the same command goes on from there.',
        )
      }
      const kept = linesIn(cache)
      expect(kept).toBeGreaterThanOrEqual(SOME)
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
      const told = await stopped(cache, [], signal, () => featureBytes(cache) > whole.bytes / 10)
      expect(told.status).toBe(signal === 'SIGKILL' ? null : 130)
      const kept = featureBytes(cache)
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
