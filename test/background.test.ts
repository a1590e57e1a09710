// Photos of other things: no class, but what the model answers with "neither". Drawings of balls and waves, pictures of scenes.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateResult } from '../src/actions/evaluate.js'
import type { EvaluateFoldsResult } from '../src/actions/evaluate-folds.js'
import type { PredictResult } from '../src/actions/predict.js'
import type { TrainResult } from '../src/actions/train.js'
import { ImageData, Learner } from '../src/index.js'
import { readModelFile } from '../src/onnx/index.js'
import { parseModelMetadata } from '../src/run/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { scene } from './support/scenes.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const env = { CHIQUITO_CACHE: at('cache') }
const small = ['--size', '64', '--threads', '1', '--quiet', '--json']
const learnt = 30

let trained: TrainResult
/** The same without photos of other things. */
let plain: TrainResult

beforeAll(async () => {
  const scenes = await Promise.all(Array.from({ length: 60 }, (_, i) => scene(i, { width: 96, height: 80 })))
  const balls = await drawings('ball', 'ball', 1)
  writeTree(
    {
      ...(await drawings('data/train/ball', 'ball', learnt)),
      ...(await drawings('data/train/wave', 'wave', learnt)),
      ...(await drawings('data/valid/ball', 'ball', 15, { from: 200 })),
      ...(await drawings('data/valid/wave', 'wave', 15, { from: 200 })),
      ...Object.fromEntries(
        scenes.map((bytes, i) => [
          i < 40 ? `other/${['', 'valid/', 'a/b/'][i % 3]}${i}.jpg` : `new/${i}.jpg`,
          bytes,
        ]),
      ),
      'other/broken.jpg': scenes[0].subarray(0, 300),
      'other/copy.png': balls['ball/1.png'],
      'other/notes.txt': 'no photo',
      ...Object.fromEntries(scenes.slice(0, 5).map((bytes, i) => [`few/${i}.jpg`, bytes])),
    },
    folder,
  )
  plain = documentOf<TrainResult>(await train('plain'))
  trained = documentOf<TrainResult>(await train('run', '--background', at('other')))
})

function train(out: string, ...more: readonly string[]) {
  const args = ['train', at('data'), '--out', at(out), '--fine-tune', 'never', ...small, ...more]
  return chiquito(args, { env })
}

describe('photos of other things', () => {
  it('are no class: labels, counts and what is said of the classes stay what they were', () => {
    expect(trained.labels).toEqual(['ball', 'wave'])
    expect(trained.photos).toEqual(plain.photos)
    expect(trained.evaluation).toEqual(plain.evaluation)
    expect(plain.background).toBeUndefined()
  })

  it('are divided, and those kept measure how many are "neither"; copies and what cannot be read are left out and told', () => {
    expect(trained.background).toMatchObject({
      folder: at('other'),
      learnt: 32,
      measured: 8,
      caught: 8,
      share: 1,
    })
    expect(trained.background?.interval?.[0]).toBeGreaterThan(0.6)
    expect(trained.background?.unreadable).toMatchObject([{ path: 'broken.jpg' }])
    expect(trained.notices).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /1 photo in ".*other" is an exact copy of photos of the data set, for example "copy.png" of "train\/ball\/1.png": left out/,
        ),
        expect.stringMatching(
          /Of the photos of other things 1 of 41 photos could not be used: .*(cut|truncated|damaged).*: broken\.jpg\./i,
        ),
      ]),
    )
  })

  it('stand in summary, report, record and model', async () => {
    const told =
      /learnt from 32 photos of other things, and says (?:"|&quot;)neither(?:"|&quot;) of 8 of 8 others/
    expect(readFileSync(trained.report, 'utf8')).toMatch(told)
    const metrics = JSON.parse(readFileSync(at('run', 'metrics.json'), 'utf8'))
    expect(metrics.background).toEqual(trained.background)
    expect(metrics.summary).toMatch(told)
    const { configuration } = JSON.parse(readFileSync(at('run', 'run.json'), 'utf8'))
    expect(configuration.background).toBe(at('other'))
    const { metadata } = await readModelFile(trained.model)
    const { labels, abstention } = parseModelMetadata(metadata, trained.model)
    expect(labels).toEqual(['ball', 'wave'])
    expect(abstention).toMatchObject({ background: { learnt: 32, measured: 8, caught: 8 } })
  })

  it('are "neither" for predict and evaluate, which counts those that were kept', async () => {
    const asked = await chiquito(['predict', at('run'), at('new'), '--threads', '1', '--json'])
    const { predictions, labels } = documentOf<PredictResult>(asked)
    expect(labels).toEqual(['ball', 'wave'])
    expect(predictions.filter(({ abstained }) => abstained).length).toBeGreaterThanOrEqual(18)
    for (const { probabilities } of predictions)
      expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5)
    const measured = await chiquito(['evaluate', at('run'), '--threads', '1', '--json'])
    const { background, count } = documentOf<EvaluateResult>(measured)
    expect(count).toBe(30)
    expect(background).toMatchObject({ folder: at('other'), learnt: 32, measured: 8, caught: 8, share: 1 })
    expect(background?.predictions).toHaveLength(8)
    const { stdout } = await chiquito(['evaluate', at('run'), '--threads', '1'])
    expect(stdout).toMatch(/says "neither" of 8 of 8 others that it did not learn from/)
  })

  it('belong to a run that is gone on with', async () => {
    const record = at('run', 'run.json')
    const text = readFileSync(record, 'utf8')
    const model = readFileSync(trained.model)
    writeFileSync(record, text.replace('"finished"', '"interrupted"'))
    const other = await train('run', '--resume', '--background', at('new'))
    expect(other).toMatchObject({ status: 2, stderr: expect.stringMatching(/--background cannot be/) })
    const same = await train('run', '--resume')
    expect(same.status, same.stderr).toBe(0)
    expect(documentOf<TrainResult>(same).background).toEqual(trained.background)
    expect(readFileSync(trained.model).equals(model)).toBe(true)
  })
})

it('names what could not be read also where too little is left to learn from', async () => {
  const scenes = await Promise.all(Array.from({ length: 12 }, (_, i) => scene(100 + i)))
  writeTree(
    Object.fromEntries(scenes.map((bytes, i) => [`torn/${i}.jpg`, bytes.subarray(0, bytes.length / 4)])),
    folder,
  )
  const told = documentOf<TrainResult>(await train('torn-run', '--background', at('torn')))
  expect(told.background).toBeUndefined()
  expect(told.notices).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/--background changed nothing: too few of its photos could be read/),
      expect.stringMatching(
        /Of the photos of other things 12 of 12 photos could not be used: .+: 0\.jpg, 1\.jpg, 10\.jpg and \d more/,
      ),
    ]),
  )
})

it('a folder that cannot be used is refused before anything is learnt', async () => {
  const asked = async (name: string) => (await train('refused', '--background', at(name))).stderr
  expect(await asked('none')).toMatch(/none/)
  expect(await asked('few')).toMatch(/5 different photos of other things.*at least 10/)
  writeTree({ 'archive.zip': 'PK', 'empty/notes.txt': 'no photo' }, folder)
  expect(await asked('archive.zip')).toMatch(/is a file\. Give a folder of photos of other things/)
  expect(await asked('empty')).toMatch(/There is no photo of other things to learn from in/)
  cpSync(at('data/valid'), at('copies'), { recursive: true })
  expect(await asked('copies')).toMatch(
    /There is no photo .* 30 photos in .* are exact copies of photos of the data set/,
  )
  expect(await asked('data/train/wave')).toMatch(
    /photos of the data set lie in .*one of the classes and something else/,
  )
})

it('fastai-2018 takes them, too', async () => {
  const backbone = path.join(import.meta.dirname, 'fixtures/exported/residual-torchscript.onnx')
  const args = [
    'train',
    at('data'),
    '--out',
    at('article'),
    '--recipe',
    'fastai-2018',
    '--backbone',
    backbone,
  ]
  const told = await chiquito([...args, '--background', at('other'), ...small], { env })
  expect(told.status, told.stderr).toBe(0)
  expect(documentOf<TrainResult>(told).background).toMatchObject({ learnt: 32, measured: 8 })
})

it('the library takes them, too', async () => {
  const options = { size: 64, batchSize: 8 }
  const data = await ImageData.fromFolder(at('data'), { ...options, background: at('other') })
  const learn = await Learner.pretrained('efficientnet-lite0', data, { threads: 1 })
  await learn.fit(0.01, 1)
  await learn.save(at('learner.onnx'))
  await learn.close()
  const asked = await chiquito(['predict', at('learner.onnx'), at('new'), '--threads', '1', '--json'])
  const { predictions, labels } = documentOf<PredictResult>(asked)
  expect(labels).toEqual(['ball', 'wave'])
  expect(predictions.filter(({ abstained }) => abstained).length).toBeGreaterThanOrEqual(18)
  const { metadata } = await readModelFile(at('learner.onnx'))
  const { abstention } = parseModelMetadata(metadata, 'learner.onnx')
  expect(abstention).toMatchObject({ by: 'train', background: { learnt: 32, measured: 8, caught: 8 } })
  const unusable = ImageData.fromFolder(at('data'), { ...options, background: at('few') })
  await expect(unusable).rejects.toThrow(/5 different photos of other things.*at least 10/)
})

it('cross-validation takes them in every fold, also where it is gone on with', async () => {
  const args = ['evaluate', at('data'), '--folds', '2', '--out', at('folds')]
  const usual = ['--fine-tune', 'never', ...small]
  const told = await chiquito([...args, '--background', at('other'), '--coverage', '0.9', ...usual], { env })
  expect(told.status, told.stderr).toBe(0)
  const { rounds } = documentOf<EvaluateFoldsResult>(told)
  for (const { run } of rounds[0].folds) {
    const { background, abstention } = JSON.parse(readFileSync(path.join(run, 'metrics.json'), 'utf8'))
    expect(background).toMatchObject({ folder: at('other'), learnt: 32, measured: 8, caught: 8 })
    expect(abstention.coverage).toBe(0.9)
  }
  const more = await chiquito([...args, '--repeats', '2', '--resume', '--json', '--quiet'], { env })
  expect(more.status, more.stderr).toBe(0)
  const [{ run }] = documentOf<EvaluateFoldsResult>(more).rounds[1].folds
  const { configuration } = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'))
  expect(configuration).toMatchObject({ background: at('other'), coverage: 0.9 })
  const without = await chiquito(['evaluate', at('run'), '--background', at('other')])
  expect(without).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/--background has no effect without --folds/),
  })
})
