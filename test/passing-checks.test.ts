// What train looks at in passing: as much as a tenth of its time allows, and where that was not all, it says so.
import { copyFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkInPassing, faultsOf, passingText } from '../src/actions/passing-checks.js'
import type { TrainResult } from '../src/actions/train.js'
import { openDataset } from '../src/dataset/index.js'
import { FactsStore, factsFolder } from '../src/doctor/facts/store.js'
import { measureFacts } from '../src/doctor/index.js'
import { chiquito, smallNetwork } from './support/chiquito.js'
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

  it.each([[], ['--no-cache']])(
    'cost no decoding of their own: the network needs that (%s)',
    async (...more) => {
      vi.stubEnv('CHIQUITO_CACHE', path.join(temporaryFolder(), 'cache'))
      const root = await divided()
      // With no time left nothing is looked at that is not known already.
      const small = ['--backbone', smallNetwork, '--size', '96', '--threads', '1', '--budget', '0.01s']
      const out = path.join(temporaryFolder(), 'run')
      const told = await chiquito(['train', root, '--out', out, '--json', '--quiet', ...small, ...more])
      expect(told.status, told.stderr).toBe(0)
      expect(JSON.parse(told.stdout).checks).toMatchObject({ looked: 33, photos: 33 })
      const { photos } = await openDataset(root)
      const store = FactsStore.open(factsFolder())
      const kept = photos.map(({ sha256 }) => store.get(sha256))
      store.close()
      const facts = photos.map(photo => measureFacts(readFileSync(path.join(root, photo.path))))
      expect(kept).toEqual(more.length > 0 ? facts.map(() => undefined) : await Promise.all(facts))
    },
  )
})

/** Photos in parts, so that none is looked at before learning; one of them twice. */
async function divided(): Promise<string> {
  const root = path.join(temporaryFolder(), 'photos')
  for (const [part, from] of Object.entries({ train: 0, valid: 50 })) {
    const both = { ...(await scenes('cat', 8, { from })), ...(await scenes('dog', 8, { from: from + 100 })) }
    writeTree(both, path.join(root, part))
  }
  const [first] = (await openDataset(root)).photos
  copyFileSync(path.join(root, first.path), path.join(root, 'train', 'cat', 'copy.jpg'))
  return root
}
