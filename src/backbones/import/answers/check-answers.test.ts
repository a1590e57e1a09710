import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { waves } from '../../../../test/support/seeded.js'
import { float32, scalar } from '../../../core/index.js'
import { GraphBuilder, model, parseGraph, type Value, writeModel } from '../../../onnx/index.js'
import { loadBackbone } from '../../load.js'
import { importNetwork } from '../onnx-backbone.js'
import { checkAnswers } from './check-answers.js'
import { isSteady } from './steady.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'chiquito-answers-'))
  vi.stubEnv('CHIQUITO_CACHE', path.join(folder, 'cache'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** How many networks the cache knows as right. */
function remembered(): number {
  const at = path.join(folder, 'cache', 'networks')
  return existsSync(at) ? readdirSync(at).length : 0
}

const fixture = (file: string) => fileURLToPath(new URL(`../../../../${file}`, import.meta.url))

/** A file of a small network with something of its own behind its convolution. */
function written(name: string, add: (b: GraphBuilder, map: Value) => Value): string {
  const builder = new GraphBuilder('small')
  const image = builder.input('x', 'float32', ['n', 3, 32, 32])
  const kernel = builder.initializer('w', float32(waves(2, 4).data.slice(0, 48), [4, 3, 2, 2]))
  const map = add(builder, builder.op('Conv', [image, kernel], { strides: [2, 2] }))
  builder.output(builder.op('Flatten', [builder.op('GlobalAveragePool', [map])]), 'features')
  const file = path.join(folder, name)
  writeFileSync(file, writeModel(model(builder.build())))
  return file
}

describe('what a file answers by itself', () => {
  it.each([
    ['channels last, bytes inside', 'test/fixtures/networks/keras.onnx'],
    ['bytes', 'test/fixtures/preprocessing/bytes-last.onnx'],
    ['one photo at a time, weights beside', 'test/fixtures/networks/pooled-convolution-default.onnx'],
    ['16 bits', 'test/fixtures/networks/float16-torchscript.onnx'],
    ['tokens', 'test/fixtures/networks/hidden-state-torchscript.onnx'],
    ['a map', 'test/fixtures/networks/map-channels-last-torchscript.onnx'],
    ['operator set 9', 'test/fixtures/networks/plain-opset9.onnx'],
    ['zeros that the optimiser loses', 'test/fixtures/networks/padded-maximum-torchscript.onnx'],
  ])('is what it answers here, and that is kept: %s', async (_, file) => {
    await loadBackbone(fixture(file))
    expect(remembered()).toBe(1)
    await loadBackbone(fixture(file))
    expect(remembered()).toBe(1)
  })

  it.each<[string, number, (b: GraphBuilder, answer: Value) => Value, RegExp]>([
    ['a little', 1, (b, y) => b.op('Mul', [y, b.constant(scalar(1.01))]), /features is off by 0\.\d+, where/],
    ['wholly', 0, (b, y) => b.op('Neg', [y]), /features is off by .* its values lie between -?[\d.]+ and/],
    ['by no numbers', 2, (b, y) => b.op('Log', [b.op('Mul', [y, b.constant(scalar(0))])]), /off by Infinity/],
    ['in another shape', 3, (b, y) => b.op('Concat', [y, y], { axis: 1 }), /has 16 numbers, not 8/],
  ])('must not be another one here: %s', async (_, shift, change, message) => {
    const file = written('net.onnx', (b, map) => b.op('Add', [map, b.constant(scalar(shift))]))
    const { backbone, trial } = importNetwork(readFileSync(file), file)
    const network = (photos: number) => {
      const builder = new GraphBuilder('other')
      const image = builder.input('image', 'float32', [photos, 3, 32, 32])
      const [answer] = builder.append(trial.network(photos), new Map([['image', image]])).values()
      builder.output(change(builder, answer), 'changed')
      return builder.build()
    }
    const checked = checkAnswers(file, backbone.id, { ...trial, network })
    await expect(checked).rejects.toThrow(message)
    await expect(checkAnswers(file, backbone.id, { ...trial, network })).rejects.toThrow(
      /net\.onnx would answer otherwise here than it does by itself: .* So it is not used\. Export it in another way/,
    )
    expect(remembered()).toBe(0)
    await checkAnswers(file, backbone.id, trial)
    expect(remembered()).toBe(1)
  })

  it('cannot be compared where it is made of the photos at hand', async () => {
    await loadBackbone(fixture('test/fixtures/exported/residual-training-torchscript.onnx'))
    expect(remembered()).toBe(0)
  })

  it('cannot be compared where it is no numbers', async () => {
    await loadBackbone(
      written('nan.onnx', (b, map) => b.op('Sqrt', [b.op('Sub', [map, b.constant(scalar(1e6))])])),
    )
  })
})

it.each<[string, boolean, string]>([
  ['plain', true, 'y = Relu(x)'],
  ['a random operator', false, 'r = RandomNormal() shape=[1]\ny = Add(x, r)'],
  ['dropout that is off', true, 'weight off: bool[] {false}\ny = Dropout(x, "", off)'],
  ['dropout that is on', false, 'weight on: bool[] {true}\ny = Dropout(x, "", on)'],
  ['dropout as it was', true, 'y = Dropout(x)'],
  [
    'batch norm of the photos at hand',
    false,
    'weight s: float32[3] {1, 1, 1}\ny, m, v = BatchNormalization(x, s, s, s, s) training_mode=1',
  ],
  [
    'batch norm of a weight',
    true,
    'weight s: float32[3] {1, 1, 1}\nweight w: float32[1, 3] {1, 2, 3}\nn, m, v = BatchNormalization(w, s, s, s, s) training_mode=1\ny = Add(x, n)',
  ],
])('%s: whether an answer hangs on the photo alone', (_, steady, lines) => {
  const graph = parseGraph(`graph g\ninput x: float32[batch, 3]\n${lines}\noutput y: float32`)
  expect(isSteady(graph)).toBe(steady)
})
