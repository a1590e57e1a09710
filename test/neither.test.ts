// "Neither": photos that are like none of those learnt from, in a model trained on drawings of balls and waves.
import { copyFileSync, cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateResult } from '../src/actions/evaluate.js'
import type { PredictResult } from '../src/actions/predict.js'
import type { TrainResult } from '../src/actions/train.js'
import { RandomStream } from '../src/core/index.js'
import { wilson } from '../src/evaluate/index.js'
import { readModelFile, writeModel } from '../src/onnx/index.js'
import { parseModelMetadata } from '../src/run/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { pythonWith, runPython } from './support/python.js'
import { scene } from './support/scenes.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const run = at('run')
const env = { CHIQUITO_CACHE: at('cache') }
const learnt = 60
const fresh = 100
const side = 96

/** Pictures of other things, by their number. */
const things: Readonly<Record<string, (random: RandomStream, x: number, y: number) => number>> = {
  noise: random => random.uniform(0, 255),
  checks: (_, x, y) => (((x >> 3) + (y >> 3)) % 2) * 200 + 20,
  black: () => 0,
}

async function thing(kind: string, number: number): Promise<Buffer> {
  const random = RandomStream.fromSeed(number).fork(kind)
  const tint = [0, 1, 2].map(() => random.uniform(0.5, 1))
  const data = Buffer.alloc(side * side * 3)
  for (let p = 0; p < side * side; p++)
    for (let c = 0; c < 3; c++)
      data[p * 3 + c] = tint[c] * things[kind](random, p % side, Math.floor(p / side))
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
}

let trained: TrainResult

beforeAll(async () => {
  const tree: Record<string, Buffer> = {}
  for (const kind of Object.keys(things))
    for (let i = 0; i < 12; i++) tree[`other/${kind}-${i}.png`] = await thing(kind, i)
  for (let i = 0; i < 24; i++) tree[`other/scene-${i}.jpg`] = await scene(i)
  writeTree(
    {
      ...tree,
      ...(await drawings('data/train/ball', 'ball', learnt)),
      ...(await drawings('data/train/wave', 'wave', learnt)),
      ...(await drawings('data/valid/ball', 'ball', 20, { from: 200 })),
      ...(await drawings('data/valid/wave', 'wave', 20, { from: 200 })),
      ...(await drawings('fresh/ball', 'ball', fresh, { from: 400 })),
      ...(await drawings('fresh/wave', 'wave', fresh, { from: 400 })),
    },
    folder,
  )
  const args = ['train', at('data'), '--out', run, '--fine-tune', 'never', '--size', `${side}`]
  const told = await chiquito([...args, '--threads', '1', '--quiet', '--json'], { env })
  expect(told.status, told.stderr).toBe(0)
  trained = documentOf<TrainResult>(told)
})

async function predict(...args: string[]) {
  const told = await chiquito(['predict', ...args, '--threads', '1', '--json'])
  expect(told.status, told.stderr).toBe(0)
  return { ...documentOf<PredictResult>(told), stderr: told.stderr }
}

describe('a photo that is like none of those learnt from', () => {
  it('is "neither", however sure of a label the model is', async () => {
    const { predictions, threshold } = await predict(run, at('other'))
    expect(threshold).toBe(0.05)
    const away = predictions.filter(({ abstained }) => abstained)
    const missed = predictions.filter(({ abstained }) => !abstained).map(one => path.basename(one.path))
    expect(away.length / predictions.length, missed.join(', ')).toBeGreaterThanOrEqual(0.95)
    for (const { known, abstained } of predictions) {
      expect(known).toBeGreaterThanOrEqual(0)
      expect(known).toBeLessThanOrEqual(1)
      expect(abstained).toBe(Number(known) < 0.05)
    }
    const { stdout } = await chiquito(['predict', run, at('other', 'black-0.png')])
    expect(stdout).toMatch(
      /^neither +– {2}\S+black-0\.png \(its likeliest label: (ball|wave), \d+\.\d %\)\n$/,
    )
  })

  it('has the same number in plain onnxruntime, and in Python', async () => {
    const names = ['other/black-0.png', 'other/checks-1.png', 'fresh/ball/400.png', 'fresh/wave/401.png']
    const { predictions } = await predict(run, ...names.map(name => at(name)))
    // Photos as the model sees them: these are squares of the right side already, or the golden ones it carries.
    const file = at('run', 'model.onnx')
    const { golden } = parseModelMetadata((await readModelFile(file)).metadata, file)
    const views = [
      await sharp(readFileSync(at(names[0])))
        .raw()
        .toBuffer(),
      await sharp(readFileSync(at(names[1])))
        .raw()
        .toBuffer(),
      await sharp(golden[0].png).raw().toBuffer(),
    ]
    const session = await InferenceSession.create(file)
    expect(session.outputNames).toEqual(['probabilities', 'logits', 'known', 'features'])
    const here: number[] = []
    for (const view of views) {
      const { known } = await session.run({ pixels: new Tensor('uint8', view, [1, side, side, 3]) })
      expect(known.dims).toEqual([1])
      here.push(Number(known.data[0]))
    }
    await session.release()
    expect(here[0]).toBeCloseTo(Number(predictions[0].known), 5)
    expect(here[1]).toBeCloseTo(Number(predictions[1].known), 5)
    expect(here[2]).toBeGreaterThan(0.05)
    const python = pythonWith('onnxruntime')
    if (!python) return
    const script =
      'import sys, json, numpy, onnxruntime\n' +
      's = onnxruntime.InferenceSession(sys.argv[1])\n' +
      `v = numpy.frombuffer(bytes.fromhex(sys.argv[2]), numpy.uint8).reshape(1, ${side}, ${side}, 3)\n` +
      "print(json.dumps(float(s.run(['known'], {'pixels': v})[0][0])))"
    for (const [i, view] of views.entries())
      expect(await runPython(python, script, [file, view.toString('hex')])).toBeCloseTo(here[i], 5)
  })
})

it('of photos that took no part 93 to 97 % are answered, give or take chance, in each class', async () => {
  const told = await chiquito(['evaluate', run, at('fresh'), '--threads', '1', '--json'])
  expect(told.status, told.stderr).toBe(0)
  const { coverage, abstention, calibration, predictions } = documentOf<EvaluateResult>(told)
  expect(calibration.ece).toBeGreaterThanOrEqual(calibration.interval[0])
  expect(calibration.ece).toBeLessThanOrEqual(calibration.interval[1])
  expect(calibration).toHaveProperty('before')
  const answered = predictions.filter(({ abstained }) => !abstained)
  expect(coverage).toBeCloseTo(answered.length / predictions.length, 9)
  expect(abstention).toMatchObject({
    threshold: 0.05,
    count: 2 * fresh,
    abstained: predictions.length - answered.length,
  })
  expect(abstention?.answered).toMatchObject({
    count: answered.length,
    right: answered.filter(({ truth, label }) => truth === label).length,
  })
  const [low, high] = wilson(answered.length, predictions.length) ?? [0, 1]
  expect(low).toBeLessThanOrEqual(0.97)
  expect(high).toBeGreaterThanOrEqual(0.93)
  for (const { interval } of abstention?.perClass ?? []) expect(interval?.[1]).toBeGreaterThanOrEqual(0.93)
})

it('is told by training: in figures, report and model', async () => {
  expect(trained.coverage).toBeGreaterThan(0.8)
  expect(trained.abstention?.figures).toMatchObject({ count: 40 })
  const { stdout } = await chiquito(['evaluate', run, '--threads', '1'])
  expect(stdout).toMatch(
    /It says "neither" of \d+ of 40 validation photos; of the \d+ that it answers, \d+ are right/,
  )
  cpSync(at('data/valid'), at('mixed'), { recursive: true })
  copyFileSync(at('data/train/ball/1.png'), at('mixed/ball/known.png'))
  const mixed = await chiquito(['evaluate', run, at('mixed'), '--threads', '1'])
  expect(mixed.stdout).toMatch(
    /It says "neither" of \d+ of 40 test photos \(1 more, or copies of them, had a part in making the model\)/,
  )
  expect(readFileSync(trained.report, 'utf8')).toMatch(/What it does not know/)
  const { metadata } = await readModelFile(trained.model)
  expect(parseModelMetadata(metadata, trained.model).abstention).toEqual({
    coverage: 0.95,
    threshold: 0.05,
    by: 'train',
    photos: 2 * learnt,
    shared: [],
  })
})

it('may be asked for more or less often, with --coverage', async () => {
  const args = ['train', at('data'), '--fine-tune', 'never', '--size', `${side}`, '--threads', '1', '--json']
  const out = at('less')
  const less = documentOf<TrainResult>(await chiquito([...args, '--out', out, '--coverage', '0.7'], { env }))
  expect(less.coverage).toBeLessThan(Number(trained.coverage))
  const { predictions, threshold } = await predict(out, at('fresh', 'ball'))
  expect(threshold).toBe(0.3)
  const answered = predictions.filter(({ abstained }) => !abstained).length
  expect(answered / predictions.length).toBeGreaterThan(0.5)
  expect(answered / predictions.length).toBeLessThan(0.9)
  const refused = await chiquito([...args, '--out', at('never'), '--coverage', '1'], { env })
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(/--coverage/) })
})

it('is never the answer where photos are too few to say, or of a model from before: both say so once', async () => {
  writeTree({ ...(await drawings('few/a', 'ball', 6)), ...(await drawings('few/b', 'wave', 6)) }, folder)
  const few = await chiquito(['train', at('few'), '--out', at('few-run'), '--size', `${side}`, '--json'], {
    env,
  })
  expect(few.status, few.stderr).toBe(0)
  expect(documentOf<TrainResult>(few)).toMatchObject({ coverage: null })
  const asked = await predict(at('few-run'), at('other', 'black-0.png'), at('other', 'black-1.png'))
  expect(asked.predictions).toMatchObject([
    { known: null, abstained: false },
    { known: null, abstained: false },
  ])
  expect(asked.threshold).toBeNull()
  expect(asked.stderr.match(/cannot say "neither".*too few/g)).toHaveLength(1)

  const model = await readModelFile(trained.model)
  const metadata = new Map(model.metadata)
  for (const name of ['abstention', 'graph', 'metadata']) metadata.delete(`chiquito.${name}`)
  const golden: object[] = JSON.parse(metadata.get('chiquito.golden') ?? '[]')
  metadata.set('chiquito.golden', JSON.stringify(golden.map(one => ({ ...one, known: undefined }))))
  const outputs = new Map(model.graph.outputs)
  outputs.delete('known')
  writeTree(
    { 'old.onnx': Buffer.from(writeModel({ ...model, graph: { ...model.graph, outputs }, metadata })) },
    folder,
  )
  const old = await predict(at('old.onnx'), at('fresh', 'ball', '400.png'))
  expect(old.predictions).toMatchObject([{ label: 'ball', known: null, abstained: false }])
  expect(old.stderr.match(/made before models could say "neither"/g)).toHaveLength(1)
})
