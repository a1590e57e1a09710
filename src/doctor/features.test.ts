import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { temporaryFolder, writeTree } from '../../test/support/files.js'
import { drawings } from '../../test/support/photos.js'
import { tinyBackbone } from '../../test/support/tiny-backbone.js'
import { openDataset } from '../dataset/index.js'
import { FeatureStore } from '../run/index.js'
import { auto } from '../train/recipes/auto.js'
import { featuresOf } from './features.js'

const unknown = { header: null, looks: null }
const noPhoto = { ...unknown, problem: { kind: 'damaged', message: 'no photo' } } as const

it('are those that training keeps, a row for each photo, zeros where there is none', async () => {
  const root = writeTree({
    ...(await drawings('ball', 'ball', 12)),
    ...(await drawings('wave', 'wave', 12)),
    'ball/2.png': 'no photo',
  })
  const dataset = await openDataset(root)
  const backbone = tinyBackbone()
  const cache = temporaryFolder()
  const store = (namespace: string) => FeatureStore.open(cache, namespace)
  await auto.run({ dataset, backbone, seed: 1, fineTune: 'never', store })
  const photos = dataset.photos.map(photo => ({
    ...photo,
    facts: photo.path === 'ball/2.png' ? noPhoto : { ...unknown, problem: null },
    row: undefined,
  }))
  const afresh = await featuresOf({ root, photos }, { backbone, store: null })
  // What was seen while training is not looked at again.
  rmSync(root, { recursive: true })
  const features = await featuresOf({ root, photos }, { backbone, store })
  expect(features).toEqual(afresh)
  const { width, lastLayer, data } = features
  expect({ width, lastLayer, rows: data.length / width }).toEqual({ width: 16, lastLayer: 16, rows: 24 })
  const lost = photos.findIndex(({ path }) => path === 'ball/2.png')
  expect(data.subarray(lost * width, (lost + 1) * width).every(value => value === 0)).toBe(true)
})
