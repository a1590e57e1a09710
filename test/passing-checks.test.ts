// What train looks at in passing: as much as a tenth of its time allows, and where that was not all, it says so.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkInPassing, faultsOf, passingText } from '../src/actions/passing-checks.js'
import type { TrainResult } from '../src/actions/train.js'
import { openDataset } from '../src/dataset/index.js'
import { faults } from './support/faults.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { sceneJpeg, scenes } from './support/spots.js'

afterEach(() => void vi.unstubAllEnvs())

async function photos(): Promise<string> {
  const [darken] = faults.dark
  const dark = { 'cat/dark.jpg': (await darken(await sceneJpeg(70))).bytes }
  const root = path.join(temporaryFolder(), 'photos')
  writeTree({ ...(await scenes('cat', 15)), ...(await scenes('dog', 16, { from: 100 })), ...dark }, root)
  // A file written within the tick of a slow clock is looked at again: it may have changed since.
  await setTimeout(2500)
  return root
}

describe('checks in passing', () => {
  it('say that they were cut short, also where they found nothing, and go by what is known', async () => {
    vi.stubEnv('CHIQUITO_CACHE', path.join(temporaryFolder(), 'cache'))
    const root = await photos()
    const dataset = await openDataset(root)
    const none = await checkInPassing(dataset, { most: 0, cache: true })
    expect(none).toMatchObject({ looked: 0, photos: 32, found: [] })
    expect(none.left).toContain('dark')
    const cut =
      /Quick checks cut short, as they take a tenth of the time at most: 0 of 32 photos looked at, \d+ checks left out/
    expect(passingText(none, root)).toMatch(cut)
    expect(passingText(none, root)).toContain(`doctor ${root}" tells all.`)
    expect(faultsOf(none).join()).toMatch(cut)

    const all = await checkInPassing(dataset, { most: Number.POSITIVE_INFINITY, cache: true })
    expect(all).toMatchObject({ looked: 32, left: [] })
    expect(all.found).toContainEqual(expect.objectContaining({ check: 'dark', count: 1 }))
    expect(passingText(all, root)).not.toContain('cut short')
    // What is known costs no time.
    expect(await checkInPassing(dataset, { most: 0, cache: true })).toMatchObject({ looked: 32 })
  })

  it('are told by train, in the terminal and in its figures', async () => {
    vi.stubEnv('CHIQUITO_CACHE', path.join(temporaryFolder(), 'cache'))
    const root = await photos()
    expect((await chiquitoHere(['doctor', root, '--quick'])).status).toBe(0)
    const run = path.join(temporaryFolder(), 'run')
    const told = await chiquitoHere(['train', root, '--out', run, '--fine-tune', 'never'])
    expect(told.status, told.stderr).toBe(0)
    const { checks }: TrainResult = JSON.parse(readFileSync(path.join(run, 'metrics.json'), 'utf8'))
    const { stdout: summary } = told
    expect(checks).toMatchObject({ looked: 32, photos: 32 })
    const isWhole = checks.left.length === 0
    expect(summary.includes('cut short')).toBe(!isWhole)
    if (!checks.left.includes('dark')) expect(summary).toMatch(/^! Dark photos?: 1\. .*cat\/dark\.jpg/m)
  })
})
