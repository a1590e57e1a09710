// The figure that training prints is of photos that took no part in any choice: with other validation photos beside the same
// training photos it makes the same network, to the bit.
import path from 'node:path'
import { expect, it } from 'vitest'
import { readModelFile } from '../src/onnx/index.js'
import { suiteFolder } from './support/chiquito.js'
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
    'always',
    '--epochs',
    '2',
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

it('recipe auto, fine-tuning and all, chooses nothing by the validation photos', async () => {
  const usual = await networkOf('usual', 'ball', 200)
  // Photos by which every choice would look wrong.
  const swapped = await networkOf('swapped', 'wave', 300)
  expect(usual).toMatch(/[0-9a-f]{64}/)
  expect(swapped).toBe(usual)
}, 240_000)
