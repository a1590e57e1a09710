// "Neither" where all layers are fine-tuned, with photos of other things to learn from; what its coverage is told of.
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { EvaluateResult } from '../src/actions/evaluate.js'
import type { PredictResult } from '../src/actions/predict.js'
import type { TrainResult } from '../src/actions/train.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { scene } from './support/scenes.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
let trained: TrainResult

beforeAll(async () => {
  const scenes = await Promise.all(Array.from({ length: 50 }, (_, i) => scene(i, { width: 96, height: 80 })))
  writeTree(
    {
      ...(await drawings('data/train/ball', 'ball', 30)),
      ...(await drawings('data/train/wave', 'wave', 30)),
      ...(await drawings('data/valid/ball', 'ball', 20, { from: 200 })),
      ...(await drawings('data/valid/wave', 'wave', 20, { from: 200 })),
      ...(await drawings('data/test/ball', 'ball', 20, { from: 400 })),
      ...(await drawings('data/test/wave', 'wave', 20, { from: 400 })),
      ...Object.fromEntries(scenes.map((bytes, i) => [i < 30 ? `other/${i}.jpg` : `new/${i}.jpg`, bytes])),
    },
    folder,
  )
  const args = [
    'train',
    at('data'),
    '--out',
    at('run'),
    '--fine-tune',
    'always',
    '--background',
    at('other'),
    '--epochs',
    '2',
    '--size',
    '64',
  ]
  const told = await chiquito([...args, '--threads', '1', '--quiet', '--json'], {
    env: { CHIQUITO_CACHE: at('cache') },
  })
  trained = documentOf<TrainResult>(told)
})

it('things like those are none of the drawings that a network learnt from with all its layers', async () => {
  const { predictions } = documentOf<PredictResult>(
    await chiquito(['predict', at('run'), at('new'), '--threads', '1', '--json']),
  )
  expect(predictions).toHaveLength(20)
  expect(predictions.filter(({ abstained }) => abstained).length).toBeGreaterThanOrEqual(18)
})

it('the share that is answered is told of photos that did not set the threshold', async () => {
  const told = await chiquito(['evaluate', at('run'), '--threads', '1', '--json'])
  const { coverage, test } = documentOf<EvaluateResult>(told)
  const isByValid = /set by these very photos/.test(told.stderr)
  expect(coverage === null).toBe(isByValid)
  expect(test?.abstention?.count).toBe(40)
  expect(test?.coverage).toBeGreaterThan(0.8)
  if (isByValid) expect(trained.coverage).toBe(test?.coverage)
  else expect(trained.coverage).toBe(coverage)
})
