// A photo that somebody replaces while training reads: what was hashed is what is learnt from, or nothing is.
import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder, writeTree } from '../../../test/support/files.js'
import { drawing, drawings } from '../../../test/support/photos.js'
import { tinyBackbone } from '../../../test/support/tiny-backbone.js'
import { fingerprintOf, fingerprintSeen, openDataset } from '../../dataset/index.js'
import { FeatureStore } from '../../run/index.js'
import { BatchLoader } from '../loading/index.js'
import { FeatureExtractor } from './extractor.js'
import { headSpec } from './spec.js'

async function openedThenChanged() {
  const root = writeTree({ ...(await drawings('ball', 'ball', 4)), ...(await drawings('wave', 'wave', 4)) })
  const dataset = await openDataset(root)
  const before = await drawing('ball', 2)
  const replace = (bytes: Uint8Array) => {
    writeFileSync(join(root, 'new'), bytes)
    renameSync(join(root, 'new'), join(root, 'ball/2.png'))
  }
  replace(await drawing('wave', 99))
  return { root, dataset, restore: () => replace(before) }
}

function extractorOf(root: string, cache: string, notices: string[] = []) {
  const backbone = tinyBackbone()
  const rule = { size: 32, resize: 'crop' } as const
  const options = { backbone, spec: headSpec(backbone), rule, root, threads: 1 }
  const store = FeatureStore.open(cache, FeatureExtractor.namespace(options))
  return new FeatureExtractor({ ...options, store, notice: message => void notices.push(message) })
}

it('is left out of what is learnt, of the cache and of the fingerprint, and this is said', async () => {
  const { root, dataset, restore } = await openedThenChanged()
  const cache = temporaryFolder()
  const notices: string[] = []
  const extractor = extractorOf(root, cache, notices)
  const features = await extractor.extract(dataset.photos, { task: 'test' })
  expect(features.photos).toHaveLength(7)
  expect(features.unreadable).toEqual([
    { path: 'ball/2.png', reason: expect.stringMatching(/changed or replaced/), changed: true },
  ])
  expect(notices).toEqual(['"ball/2.png" was changed or replaced while the photos were read: left out.'])
  const seen = dataset.photos.filter(({ path }) => path !== 'ball/2.png')
  expect(fingerprintSeen(dataset, features.unreadable)).toBe(fingerprintOf(seen, dataset.labels))
  await extractor.close()

  restore()
  const again = extractorOf(root, cache)
  const fresh = extractorOf(root, temporaryFolder())
  const kept = await again.extract(dataset.photos, { task: 'test' })
  const computed = await fresh.extract(dataset.photos, { task: 'test' })
  expect(kept.photos).toHaveLength(8)
  expect(kept.views).toEqual(computed.views)
  await Promise.all([again.close(), fresh.close()])
})

it('ends the work where it was learnt from before', async () => {
  const { root, dataset } = await openedThenChanged()
  const extractor = extractorOf(root, temporaryFolder())
  await expect(extractor.extract(dataset.photos, { task: 'test', known: true })).rejects.toMatchObject({
    code: 'data',
    message: expect.stringMatching(/^ball\/2\.png: it was changed.*restore it and go on with --resume/),
  })
  await extractor.close()
  const loader = new BatchLoader({ root, rule: { size: 32, resize: 'crop' } })
  const items = dataset.photos.map(photo => ({ photo, draw: null }))
  const load = async () => {
    for await (const _ of loader.epoch(items, 4));
  }
  await expect(load()).rejects.toMatchObject({
    code: 'data',
    message: expect.stringMatching(/^ball\/2\.png/),
  })
  await loader.close()
  expect(readdirSync(join(root, 'ball'))).toHaveLength(4)
})
