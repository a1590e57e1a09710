// `predict --explain` with a network that has no maps: places of the photo are covered, and that can be stopped.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { beforeAll, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const network = fileURLToPath(new URL('fixtures/networks/vit-torchscript.onnx', import.meta.url))

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('data/train/ball', 'ball', 8)),
      ...(await drawings('data/train/wave', 'wave', 8)),
      ...(await drawings('data/valid/ball', 'ball', 2, { from: 20 })),
      ...(await drawings('data/valid/wave', 'wave', 2, { from: 20 })),
      ...(await drawings('many', 'ball', 60, { from: 100, side: 40 })),
    },
    folder,
  )
  const told = await chiquitoHere([
    'train',
    at('data'),
    '--out',
    at('run'),
    '--backbone',
    network,
    '--fine-tune',
    'never',
    '--threads',
    '1',
    '--quiet',
  ])
  expect(told.status, told.stderr).toBe(0)
  // No maps, no heat maps in the report, and no waiting for them.
  expect(readFileSync(at('run', 'report.html'), 'utf8')).not.toContain('<img class="heat"')
})

it('says once that places are covered, and why', async () => {
  const args = ['predict', at('run'), at('data', 'valid'), '--explain', at('why'), '--threads', '1', '--json']
  const told = await chiquitoHere(args)
  expect(told.status, told.stderr).toBe(0)
  const { predictions } = documentOf<PredictResult>(told)
  expect(predictions.map(({ explanation }) => explanation?.method)).toEqual(new Array(4).fill('occlusion'))
  expect(
    told.stderr.match(/cannot be explained by gradients: its verdict does not come of maps alone/g),
  ).toHaveLength(1)
  const [{ explanation }] = predictions
  const { width, height } = await sharp(explanation?.path).metadata()
  expect(width).toBeGreaterThan(2.9 * (height ?? 0))
})

it('stops at Ctrl-C: what is written is whole', async () => {
  const out = at('stopped')
  const told = await chiquito(['predict', at('run'), at('many'), '--explain', out, '--threads', '1'], {
    moments: [{ at: { said: 'cannot be explained by gradients' }, signal: 'SIGINT' }],
  })
  expect(told.status, told.stderr).toBe(130)
  const names = readdirSync(out)
  expect(names).toContain('chiquito.json')
  expect(names.length).toBeLessThan(61)
  for (const name of names) {
    expect(name).not.toMatch(/^\./)
    if (name.endsWith('.png')) await sharp(path.join(out, name)).raw().toBuffer()
  }
})
