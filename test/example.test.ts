import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Predictor } from '../src/predict/index.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const { argv } = process
const folder = process.cwd()
const said: unknown[][] = []

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words))
})
afterEach(() => {
  vi.restoreAllMocks()
  process.argv = argv
  process.chdir(folder)
})

it("the article's notebook runs as it stands in examples/, on any photos", async () => {
  const photos = writeTree({
    ...(await drawings('train/ball', 'ball', 8)),
    ...(await drawings('train/wave', 'wave', 8)),
    ...(await drawings('valid/ball', 'ball', 3, { from: 20 })),
    ...(await drawings('valid/wave', 'wave', 3, { from: 20 })),
  })
  const out = temporaryFolder()
  process.chdir(out)
  process.argv = [...argv.slice(0, 2), photos, join(out, 'model.onnx')]
  await import('../examples/article.js')
  const figures = new Map(said.map(([what, figure]) => [what, figure]))
  expect(figures.get('head on augmented photos')).toBeGreaterThan(0.6)
  expect(readFileSync(join(out, 'rate-finder.svg'), 'utf8')).toMatch(/^<svg/)
  expect(existsSync(join(out, 'model.onnx'))).toBe(true)
  const predictor = await Predictor.open(join(out, 'model.onnx'))
  expect(predictor.labels).toEqual(['ball', 'wave'])
  await predictor.close()
})
