// The figure that training prints is of photos that took no part in any choice: with other validation photos beside the same
// training photos it makes the same network, to the bit.
import { createHash } from 'node:crypto'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TrainResult } from '../src/actions/train.js'
import { readModelFile } from '../src/onnx/index.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()

/** Trains on the same photos, measured on others; the digest of the network that came of it. */
async function networkOf(name: string, ball: 'ball' | 'wave', from: number): Promise<string | undefined> {
  const data = path.join(folder, name)
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 10)),
      ...(await drawings('train/wave', 'wave', 10)),
      ...(await drawings('valid/ball', ball, 6, { from })),
      ...(await drawings('valid/wave', ball === 'ball' ? 'wave' : 'ball', 6, { from: from + 50 })),
    },
    data,
  )
  const out = path.join(folder, `run of ${name}`)
  const told = await chiquitoHere([
    'train',
    data,
    '--out',
    out,
    '--fine-tune',
    'never',
    '--size',
    '64',
    '--quiet',
  ])
  expect(told.status, told.stderr).toBe(0)
  if (ball === 'ball') {
    // Also said: that so few photos bear out no such claim.
    expect(told.stdout).toMatch(/^! \d+ % of 12 validation photos: it may be \d+ %/m)
    expect(told.stdout).toMatch(/^ +stage .*accuracy +95 % interval/m)
    expect(told.stdout).toMatch(/^ +learning .*\d\.\d{3} +0\.\d\d to \d\.\d\d/m)
  }
  const { metadata } = await readModelFile(path.join(out, 'model.onnx'))
  return metadata.get('chiquito.graph')
}

it('other validation photos make no other network of the embedded one', async () => {
  const usual = await networkOf('usual', 'ball', 200)
  // Photos by which every choice would look wrong.
  const swapped = await networkOf('swapped', 'wave', 300)
  expect(usual).toMatch(/[0-9a-f]{64}/)
  expect(swapped).toBe(usual)
})

describe('the classes of the validation photos', () => {
  /** A small network: what is tested does not depend on how much it can learn. */
  const small = path.join(import.meta.dirname, 'fixtures/exported/residual-torchscript.onnx')

  /** The same photos each time; those that are measured on with their own classes, or with others. */
  async function divided(name: string, isTrue: boolean): Promise<string> {
    const data = path.join(folder, name)
    const files = {
      ...(await drawings('train/ball', 'ball', 24)),
      ...(await drawings('train/wave', 'wave', 24, { from: 100 })),
      // Some of the others among each, so that the head is wrong and fine-tuning is compared with it.
      ...(await drawings('train/ball', 'wave', 6, { from: 300 })),
      ...(await drawings('train/wave', 'ball', 6, { from: 400 })),
      ...(await drawings('valid/ball', 'ball', 10, { from: 500 })),
      ...(await drawings('valid/wave', 'wave', 10, { from: 600 })),
    }
    const rows = Object.keys(files).map((file, i) => {
      const [part, own] = file.split('/')
      const other = own === 'ball' ? 'wave' : 'ball'
      return `${file},${isTrue || part === 'train' || i % 2 === 0 ? own : other}`
    })
    writeTree({ ...files, 'metadata.csv': ['file_name,label', ...rows, ''].join('\n') }, data)
    return data
  }

  async function trained(data: string, args: readonly string[]) {
    const out = path.join(folder, `run ${args.join(' ')} of ${path.basename(data)}`)
    const usual = ['--size', '32', '--threads', '1', '--backbone', small, '--json', '--quiet']
    const told = await chiquitoHere(['train', data, '--out', out, ...usual, ...args])
    expect(told.status, told.stderr).toBe(0)
    const { graph, metadata } = await readModelFile(path.join(out, 'model.onnx'))
    const weights = Array.from(graph.initializers, ([name, { shape, data }]) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      return [name, shape, createHash('sha256').update(bytes).digest('hex')]
    })
    const figures: TrainResult = documentOf(told)
    return { weights, digest: metadata.get('chiquito.graph'), figures }
  }

  it.each([
    ['the last layers fine-tuned where that pays', ['--epochs', '2']],
    ['all layers fine-tuned, "neither" by the validation photos', ['--fine-tune', 'always', '--epochs', '2']],
    ['the head alone', ['--fine-tune', 'never']],
    ['the recipe of 2018', ['--recipe', 'fastai-2018']],
  ])('decide nothing: %s', async (what, args) => {
    const usual = await trained(await divided('true', true), args)
    const shuffled = await trained(await divided('shuffled', false), args)
    expect(usual.weights.length).toBeGreaterThan(2)
    expect(shuffled.weights).toEqual(usual.weights)
    expect(shuffled.digest).toBe(usual.digest)
    expect(shuffled.figures.choice).toEqual(usual.figures.choice)
    expect(shuffled.figures.calibration.temperature).toBe(usual.figures.calibration.temperature)
    // But the figures are of them.
    expect(shuffled.figures.calibration.logLoss).not.toBe(usual.figures.calibration.logLoss)
    if (what.includes('where that pays')) expect(usual.figures.choice?.candidates.length).toBeGreaterThan(3)
  })
})
