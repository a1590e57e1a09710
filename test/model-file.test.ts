// One file that opens in most places: what `model.onnx` is written as, and what loaders of ours and of others make of it.
import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { PredictResult } from '../src/actions/predict.js'
import type { VerifyResult } from '../src/actions/verify.js'
import { ImageData, Learner, Predictor } from '../src/index.js'
import { type Graph, readModelFile, writeModel } from '../src/onnx/index.js'
import { type ModelMetadata, parseModelMetadata } from '../src/run/index.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'
import { pythonWith, runPython, runPythonFile } from './support/python.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const side = 64
const kinds = ['head alone', 'tuned', 'imported, operator set 20', 'imported, operator set 17'] as const
type Kind = (typeof kinds)[number]
const files: Readonly<Record<Kind, string>> = {
  'head alone': at('run', 'model.onnx'),
  tuned: at('tuned.onnx'),
  'imported, operator set 20': at('dynamo.onnx'),
  'imported, operator set 17': at('torchscript.onnx'),
}
const fixture = (name: string) =>
  fileURLToPath(new URL(`../src/backbones/import/fixtures/${name}`, import.meta.url))

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('data/train/ball', 'ball', 22)),
      ...(await drawings('data/train/wave', 'wave', 22)),
      ...(await drawings('data/valid/ball', 'ball', 3, { from: 40 })),
      ...(await drawings('data/valid/wave', 'wave', 3, { from: 40 })),
      ...(await drawings('few/train/ball', 'ball', 4)),
      ...(await drawings('few/train/wave', 'wave', 4)),
      ...(await drawings('few/valid/ball', 'ball', 2, { from: 40 })),
      ...(await drawings('few/valid/wave', 'wave', 2, { from: 40 })),
    },
    folder,
  )
  const args = ['--fine-tune', 'never', '--size', `${side}`, '--threads', '1', '--no-cache', '--quiet']
  const told = await chiquitoHere(['train', at('data'), '--out', at('run'), ...args])
  expect(told.status, told.stderr).toBe(0)
  const data = await ImageData.fromFolder(at('few'), { size: side, batchSize: 4 })
  const backbones: [Kind, string][] = [
    ['tuned', 'efficientnet-lite0'],
    ['imported, operator set 20', fixture('efficientnet_b0-dynamo.onnx')],
    ['imported, operator set 17', fixture('convnext-torchscript.onnx')],
  ]
  for (const [kind, backbone] of backbones) {
    const learn = await Learner.pretrained(backbone, data)
    if (kind === 'tuned') learn.unfreeze()
    await learn.fit(0.001, 1)
    await learn.save(files[kind])
    await learn.close()
  }
})

async function opened(kind: Kind) {
  const { metadata, ...model } = await readModelFile(files[kind])
  return { ...model, facts: parseModelMetadata(metadata, files[kind]) }
}

const count = ({ nodes }: Graph, op: string) => nodes.filter(node => node.op === op).length

describe('the file', () => {
  it.each<[Kind, number, number]>([
    ['head alone', 13, 7],
    // Batch norm in their heads; those of auto have none.
    ['tuned', 14, 7],
    ['imported, operator set 20', 14, 7],
    ['imported, operator set 17', 17, 8],
  ])('of a model with its %s is in operator set %i and file format %i', async (kind, opset, format) => {
    const { graph, opsets, irVersion } = await opened(kind)
    expect([[...opsets], irVersion]).toEqual([[['', opset]], format])
    expect([...graph.outputs.keys()].filter(name => name !== 'known')).toEqual([
      'probabilities',
      'logits',
      'features',
    ])
    expect(graph.inputs.get('pixels')).toEqual({ dtype: 'uint8', shape: ['batch', side, side, 3] })
    expect(graph.outputs.get('probabilities')?.shape).toEqual(['batch', 2])
    expect([count(graph, 'Identity'), graph.types.size]).toEqual([0, 0])
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(graph.nodes.length)
  })

  it('has the weights of fine-tuned layers as they are used', async () => {
    const { graph } = await opened('tuned')
    expect(graph.nodes.length).toBeLessThan(135)
    for (const { op, inputs } of graph.nodes)
      if (op === 'Conv') expect(inputs.slice(1).every(value => graph.initializers.has(value))).toBe(true)
  })

  it('keeps weights of 16 bits where only the head learnt', async () => {
    const { graph } = await opened('head alone')
    expect([...graph.outputs.keys()]).toEqual(['probabilities', 'logits', 'known', 'features'])
    const halves = [...graph.initializers.values()].filter(({ dtype }) => dtype === 'float16')
    expect(halves.length).toBeGreaterThan(40)
    expect(statSync(files['head alone']).size).toBeLessThan(0.6 * statSync(files.tuned).size)
  })
})

const goldenPixels = ({ golden }: ModelMetadata) =>
  Promise.all(golden.map(({ png }) => sharp(png).raw().toBuffer()))

/** What a loader says of each golden photo. */
interface Said {
  readonly probabilities: readonly (readonly number[])[]
  readonly known: readonly number[] | null
}

function expectGolden({ probabilities, known }: Said, { golden }: ModelMetadata): void {
  const off = golden.flatMap(({ probabilities: recorded }, i) =>
    recorded.map((p, k) => Math.abs(p - probabilities[i][k])),
  )
  expect(Math.max(...off)).toBeLessThan(1e-4)
  if (golden[0].known !== undefined)
    for (const [i, { known: recorded }] of golden.entries())
      expect(known?.[i]).toBeCloseTo(Number(recorded), 4)
}

/** The answers of plain onnxruntime, whichever package it is. */
async function plainly(
  run: (pixels: Buffer) => Promise<Readonly<Record<string, { readonly data: unknown }>>>,
  facts: ModelMetadata,
): Promise<Said> {
  const numbers = (data: unknown) => (data instanceof Float32Array ? Array.from(data) : [])
  const answers: Awaited<ReturnType<typeof run>>[] = []
  for (const pixels of await goldenPixels(facts)) answers.push(await run(pixels))
  return {
    probabilities: answers.map(({ probabilities }) => numbers(probabilities.data)),
    known: answers.map(({ known }) => numbers(known?.data)[0]),
  }
}

describe.each(kinds)('golden photos of a model with its %s', kind => {
  const file = files[kind]

  it('are answered alike by the command line', async () => {
    const { facts } = await opened(kind)
    expect(facts.golden).toHaveLength(2)
    expect(facts.golden.every(({ known }) => (known === undefined) === (kind !== 'head alone'))).toBe(true)
    for (const [i, { png }] of facts.golden.entries()) writeFileSync(at(`golden-${i}.png`), png)
    const photos = facts.golden.map((_, i) => at(`golden-${i}.png`))
    const told = await chiquitoHere(['predict', file, ...photos, '--json'])
    const { predictions } = documentOf<PredictResult>(told)
    expectGolden(
      {
        probabilities: predictions.map(({ probabilities }) => probabilities),
        known: predictions.map(({ known }) => Number(known)),
      },
      facts,
    )
    const { runtimes, holds } = documentOf<VerifyResult>(await chiquitoHere(['verify', file, '--json']))
    expect(holds).toBe(true)
    for (const { state, largest, knownDifference } of runtimes.filter(({ provider }) => provider === 'cpu')) {
      expect([state, Number(largest?.difference) < 1e-4]).toEqual(['same', true])
      if (kind === 'head alone') expect(knownDifference).toBeLessThan(1e-4)
    }
  })

  it('by the library', async () => {
    const predictor = await Predictor.open(file)
    const answers = await Promise.all(
      predictor.metadata.golden.map(({ png }) => predictor.predict(png, 'golden.png')),
    )
    await predictor.close()
    expectGolden(
      {
        probabilities: answers.map(({ probabilities }) => probabilities),
        known: answers.map(({ known }) => Number(known)),
      },
      predictor.metadata,
    )
  })

  it('by onnxruntime-node and onnxruntime-web', async () => {
    const { facts } = await opened(kind)
    const session = await InferenceSession.create(file)
    const shape = [1, side, side, 3]
    const here = await plainly(
      async pixels => session.run({ pixels: new Tensor('uint8', pixels, shape) }),
      facts,
    )
    await session.release()
    expectGolden(here, facts)
    web.env.wasm.numThreads = 1
    web.env.logLevel = 'fatal'
    const there = await web.InferenceSession.create(file)
    expectGolden(
      await plainly(async pixels => there.run({ pixels: new web.Tensor('uint8', pixels, shape) }), facts),
      facts,
    )
    await there.release()
  })

  const saidSchema = z.object({
    first: z.string(),
    probabilities: z.array(z.array(z.number())),
    known: z.array(z.number()).nullable(),
  })

  it.each([
    ['onnxruntime', 'onnxruntime'],
    ['opencv', 'cv2'],
    ['reference', 'onnx'],
  ])("by Python's %s", async (way, module) => {
    const python = pythonWith(module, 'numpy')
    if (!python) return
    const { facts } = await opened(kind)
    writeFileSync(at('pixels'), Buffer.concat(await goldenPixels(facts)))
    const script = fileURLToPath(new URL('../bench/python/runtimes.py', import.meta.url))
    const said = saidSchema.parse(await runPythonFile(python, script, [way, file, at('pixels'), `${side}`]))
    expect(said.first).toBe('probabilities')
    expectGolden(said, facts)
  })
})

it('is refused by all that open it where its golden photos are others', async () => {
  const whole = await readModelFile(files['head alone'])
  const golden = z
    .array(z.looseObject({ known: z.number() }))
    .parse(JSON.parse(whole.metadata.get('chiquito.golden') ?? ''))
  const changed = JSON.stringify(golden.map(one => ({ ...one, known: one.known > 0.2 ? 0.001 : 0.9 })))
  const turned = golden.filter(({ known }) => known > 0.2 || known < 0.05).length
  const file = at('unfamiliar.onnx')
  writeFileSync(
    file,
    writeModel({ ...whole, metadata: new Map([...whole.metadata, ['chiquito.golden', changed]]) }),
  )
  await expect(Predictor.open(file)).rejects.toThrow(
    /how familiar golden photo 1 of 2 is, .*was 0\.0?\d+, and is now [01]\.\d+/,
  )
  const told = await chiquitoHere(['verify', file, '--json'])
  const { runtimes, verdict } = documentOf<VerifyResult>(told)
  expect([told.status, runtimes[0]]).toEqual([
    1,
    expect.objectContaining({ state: 'differs', changed: 0, neither: turned }),
  ])
  expect(verdict).toMatch(new RegExp(`no verdict changed, up to ${turned} now "neither" or no longer`))
})

it('is refused where another program made it smaller, and answers otherwise', async () => {
  const python = pythonWith('onnxruntime', 'onnx')
  if (!python) return
  const file = at('quantised.onnx')
  const script =
    'import sys\nfrom onnxruntime.quantization import quantize_dynamic\n' +
    'quantize_dynamic(sys.argv[1], sys.argv[2])\nprint("true")'
  expect(await runPython(python, script, [files.tuned, file])).toBe(true)
  const told = await chiquitoHere(['predict', file, at('golden-0.png')])
  expect([told.status, told.stdout]).toEqual([1, ''])
  expect(told.stderr).toMatch(/quantised\.onnx" does not answer as it did when it was made/)
  expect(told.stderr).toMatch(/chiquito export/)
})
