// Networks that come as .onnx files, the whole way: loaded by path, every layer trained, saved, used.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBackbone } from '../src/backbones/index.js'
import { float32 } from '../src/core/index.js'
import { ImageData } from '../src/index.js'
import { GraphBuilder, model, writeModel } from '../src/onnx/index.js'
import { Predictor } from '../src/predict/index.js'
import { Learner } from '../src/train/learner/learner.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = mkdtempSync(join(tmpdir(), 'chiquito-onnx-'))
const photos = join(folder, 'photos')
const fixture = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 8)),
      ...(await drawings('train/wave', 'wave', 8)),
      ...(await drawings('valid/ball', 'ball', 3, { from: 20 })),
      ...(await drawings('valid/wave', 'wave', 3, { from: 20 })),
    },
    photos,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const learnerOf = async (file: string, size: number) =>
  Learner.pretrained(file, await ImageData.fromFolder(photos, { size, batchSize: 4, seed: 0 }))

describe.each([
  ['src/backbones/import/fixtures/mobilenet_v3-torchscript.onnx', 64],
  ['src/backbones/import/fixtures/efficientnet_b0-dynamo.onnx', 64],
  ['src/backbones/import/fixtures/convnext-dynamo.onnx', 64],
  ['test/fixtures/exported/transformer-dynamo.onnx', 32],
  ['test/fixtures/exported/residual-training-torchscript.onnx', 40],
])('%s', (path, size) => {
  it('is a network that learns with every layer, is saved and used', async () => {
    const learn = await learnerOf(fixture(path), size)
    expect(learn.layerGroups.map(({ name }) => name)).toEqual(['early', 'late', 'head'])
    learn.augment().unfreeze()
    const stage = await learn.fit(0.01, 4)
    const losses = stage.epochs.map(({ trainLoss }) => trainLoss)
    expect(Math.min(...losses.slice(1))).toBeLessThan(losses[0])
    const file = join(folder, 'model.onnx')
    await learn.save(file)
    const seen = await learn.evaluate()
    await learn.close()
    const predictor = await Predictor.open(file)
    for (const [row, photo] of seen.photos.entries()) {
      const { probabilities } = await predictor.predict(await readFile(join(photos, photo.path)), photo.path)
      for (const [i, p] of probabilities.entries()) expect(p).toBeCloseTo(seen.probabilities[row][i], 4)
    }
    await predictor.close()
  })
})

it('names the operator that no gradient passes, with its node and what to do, and trains what lies behind it', async () => {
  const builder = new GraphBuilder('warped')
  const weight = (name: string, shape: readonly number[]) =>
    builder.initializer(
      name,
      float32(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i)),
        shape,
      ),
    )
  const map = builder.op(
    'Conv',
    [builder.input('x', 'float32', ['n', 3, 32, 32]), weight('before', [4, 3, 3, 3])],
    { strides: [2, 2] },
  )
  const stepped = builder.op('Round', [map], {}, 'steps')
  const after = builder.op('Relu', [builder.op('Conv', [stepped, weight('after', [6, 4, 3, 3])])])
  builder.output(builder.op('Flatten', [builder.op('GlobalAveragePool', [after])]))
  const file = join(folder, 'warped.onnx')
  writeFileSync(file, writeModel(model(builder.build())))
  const backbone = await loadBackbone(file)
  expect(backbone.groups.flatMap(group => group.parameters)).toEqual(['net[before]', 'net[after]'])
  const learn = await learnerOf(file, 32)
  learn.unfreeze()
  await expect(learn.fit(0.01, 1)).rejects.toThrow(
    /Cannot differentiate Round node net\[steps\]: .* (Freeze|frozen)/,
  )
  learn.freezeTo(1)
  const stage = await learn.fit(0.01, 1)
  await learn.close()
  expect(stage.epochs).toHaveLength(1)
})
