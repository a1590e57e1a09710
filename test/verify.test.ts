// `chiquito verify`: the golden photos a model carries, on every runtime of this machine.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { VerifyResult } from '../src/actions/verify.js'
import { ImageData, Learner } from '../src/index.js'
import { readModelFile, writeModel } from '../src/onnx/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const file = path.join(folder, 'model.onnx')

beforeAll(async () => {
  const photos = path.join(folder, 'photos')
  writeTree({ ...(await drawings('ball', 'ball', 8)), ...(await drawings('wave', 'wave', 8)) }, photos)
  const data = await ImageData.fromFolder(photos, { size: 64, batchSize: 4 })
  const learn = await Learner.pretrained('efficientnet-lite0', data)
  await learn.fit(0.01, 2)
  await learn.save(file)
  await learn.close()
})

async function verified(model: string) {
  const told = await chiquitoHere(['verify', model, '--json'])
  return { status: told.status, ...documentOf<VerifyResult>(told) }
}

type Parts = Awaited<ReturnType<typeof readModelFile>>

/** The trained model with something in it changed, in a folder of its own. */
async function altered(name: string, change: (model: Parts) => Partial<Parts>): Promise<string> {
  const whole = await readModelFile(file)
  const place = path.join(folder, name, 'model.onnx')
  mkdirSync(path.dirname(place))
  writeFileSync(place, writeModel({ ...whole, ...change(whole) }))
  return place
}

describe('chiquito verify', () => {
  it('of a whole model finds the same answers, also in plain onnxruntime and in onnxruntime-web', async () => {
    const { status, runtimes, ...rest } = await verified(file)
    expect(status).toBe(0)
    expect(rest).toMatchObject({
      golden: 2,
      isGraphSame: true,
      isMetadataSame: true,
      holds: true,
      labels: ['ball', 'wave'],
    })
    const ways = runtimes.map(({ runtime, provider, how }) => `${runtime} ${provider} ${how}`)
    expect(ways).toEqual([
      'onnxruntime-node cpu as in predict',
      'onnxruntime-node webgpu as in predict',
      'onnxruntime-node cuda as in predict',
      'onnxruntime-node cpu not rewritten',
      'onnxruntime-node cpu plain',
      'onnxruntime-web wasm plain',
    ])
    for (const { provider, state, reason, changed, largest } of runtimes) {
      if (provider === 'webgpu' || provider === 'cuda') {
        expect(['same', 'absent']).toContain(state)
        if (state === 'absent')
          expect(reason).toMatch(
            /cannot be used here \((no graphics adapter|its libraries|the runtime has it not)/,
          )
      } else {
        expect([state, changed]).toEqual(['same', 0])
        expect(largest?.difference).toBeLessThan(1e-4)
      }
    }
    const { stdout } = await chiquitoHere(['verify', file])
    expect(stdout).toMatch(
      /^2 golden photos answered as when the model was made, in \d ways: the same verdicts, probabilities within/,
    )
    expect(stdout).toMatch(/ {2}web \d.* wasm +plain +same +0 /)
    const [, table = ''] = stdout.split('\n\n')
    expect(Math.max(...table.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  it('says what is not there in a sentence of its own, and nothing of what the runtime writes', async () => {
    const { stderr, stdout } = await chiquito(['verify', file])
    expect(stderr).toBe('')
    expect(stdout).not.toMatch(/::|Vulkan|OrtSession|\.cc|\.cpp/)
  })

  it('of one with other weights says how far off it is and what it now takes for what', async () => {
    const place = await altered('reweighted', ({ graph }) => {
      // The head's: the smallest tensor with a number a label.
      for (const { data, shape } of graph.initializers.values())
        if (data instanceof Float32Array && shape.length === 1 && shape[0] === 2) data.set([-40, 40])
      return {}
    })
    const { status, holds, isGraphSame, runtimes, verdict } = await verified(place)
    expect({ status, holds, isGraphSame }).toEqual({ status: 1, holds: false, isGraphSame: false })
    expect(verdict).toMatch(
      /^2 golden photos not answered .*: up to 1 verdict changed, probabilities up to (0\.9\d+|1\.000) off.*\. Its graph or weights were changed/,
    )
    for (const one of runtimes.filter(({ state }) => state !== 'absent'))
      expect(one).toMatchObject({
        state: 'differs',
        changed: 1,
        largest: { label: expect.stringMatching(/ball|wave/) },
      })
  })

  it('of one that answers with no numbers says so, and keeps the table narrow', async () => {
    const place = await altered('no-numbers', ({ graph }) => {
      for (const { data, shape } of graph.initializers.values())
        if (data instanceof Float32Array && shape.length === 1 && shape[0] === 2) data.fill(Number.NaN)
      return {}
    })
    const { status, stdout } = await chiquitoHere(['verify', place])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^2 golden photos not answered .* probabilities that are no numbers/)
    expect(stdout).toMatch(/cpu {2}as in predict {2}differs .* NaN/)
    const [, table = ''] = stdout.split('\n\n')
    expect(Math.max(...table.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  it('of one whose labels were swapped says that verdicts changed', async () => {
    const place = await altered('relabelled', ({ metadata }) => ({
      metadata: new Map([...metadata, ['chiquito.labels', '["wave","ball"]']]),
    }))
    const { status, runtimes, isGraphSame } = await verified(place)
    expect([status, isGraphSame, runtimes[0]]).toEqual([
      1,
      true,
      expect.objectContaining({ state: 'differs', changed: 2 }),
    ])
  })

  it('of one whose metadata were edited says so, though it answers as it did; predict refuses it', async () => {
    const edited = await altered('edited', ({ metadata }) => ({
      metadata: new Map([...metadata, ['chiquito.view', '{"resize":"squash","size":64}']]),
    }))
    const { status, holds, isMetadataSame, runtimes, verdict } = await verified(edited)
    expect({ status, holds, isMetadataSame }).toEqual({ status: 1, holds: false, isMetadataSame: false })
    expect(runtimes[0]).toMatchObject({ state: 'same' })
    expect(verdict).toMatch(/the same verdicts.* But its metadata .* were changed since it was made/)
    const told = await chiquitoHere(['predict', edited, path.join(folder, 'photos')])
    expect([told.status, told.stderr]).toEqual([
      1,
      expect.stringMatching(/was changed since it was made.*remove its metadata entry chiquito\.metadata/s),
    ])
    const meant = await altered('meant', ({ metadata }) => ({
      metadata: new Map(
        [...metadata].filter(([key]) => key !== 'chiquito.metadata').concat([['chiquito.golden', '[]']]),
      ),
    }))
    const asked = await chiquitoHere(['predict', meant, path.join(folder, 'photos')])
    expect([asked.status, asked.stderr]).toEqual([0, expect.stringMatching(/carries no golden photos/)])
  })

  it('refuses what carries no golden photos, and what is no model', async () => {
    const bare = await altered('bare', ({ metadata }) => ({
      metadata: new Map([...metadata, ['chiquito.golden', '[]']]),
    }))
    const told = await chiquitoHere(['verify', bare])
    expect([told.status, told.stderr]).toEqual([
      1,
      expect.stringMatching(/carries no golden photos.*nothing was verified/),
    ])
    const foretold = await chiquitoHere(['predict', bare, path.join(folder, 'photos')])
    expect([foretold.status, foretold.stderr]).toEqual([
      1,
      expect.stringMatching(/was changed since it was made/),
    ])
    const cut = await altered('cut', ({ metadata }) => ({
      metadata: new Map([
        ...metadata,
        ['chiquito.golden', (metadata.get('chiquito.golden') ?? '').replace(/("png":"[^"]{80})[^"]*/, '$1')],
      ]),
    }))
    const asked = await chiquitoHere(['verify', cut])
    expect([asked.status, asked.stderr]).toEqual([
      1,
      expect.stringMatching(/golden photo 1 of .*is cut off or damaged\. Copy the model again/s),
    ])
    writeFileSync(path.join(folder, 'text.onnx'), 'my model')
    const other = await chiquitoHere(['verify', path.join(folder, 'text.onnx')])
    expect([other.status, other.stderr]).toEqual([1, expect.stringMatching(/is not an ONNX model/)])
  })
})
