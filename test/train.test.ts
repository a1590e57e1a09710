// `chiquito train` as a person meets it: a folder of photos as people leave them, a process, a folder of results.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateResult } from '../src/actions/evaluate.js'
import type { PredictResult } from '../src/actions/predict.js'
import type { TrainResult } from '../src/actions/train.js'
import { decode, renderView } from '../src/images/index.js'
import { readModelFile } from '../src/onnx/index.js'
import { parseModelMetadata } from '../src/run/index.js'
import { chiquito, documentOf, suiteFolder, type Told } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings, type Subject } from './support/photos.js'

const recipes = ['auto', 'fastai-2018'] as const
type Recipe = (typeof recipes)[number]

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const flat = at('photos')
const ball = 'ball'
const wave = 'ola del mar ñ %20'

const oddNames = [
  'two words.png',
  '50%20off.jpg',
  'a@2x.png',
  'sol ☀ 日本.jpg',
  '-dash.png',
  'a&amp;b"\'$(x)`.jpg',
  'no extension',
  'picture.asp',
]
const hostileName = '<img src=x onerror=alert(1)>.jpg'
/** Photos that cannot be read, and words of the reason. */
const broken: Record<string, RegExp> = {
  [`${ball}/${hostileName}`]: /not an image \(starts with "This is not a ph/,
  [`${wave}/half.png`]: /truncated|damaged/,
  [`${wave}/nothing.jpg`]: /empty/,
}

async function oddlyNamed(label: string, subject: Subject, from: number): Promise<Record<string, Buffer>> {
  const format = (name: string) => (name.endsWith('.png') ? 'png' : 'jpeg')
  const files = oddNames.map(
    async (name, i): Promise<[string, Buffer]> => [
      `${label}/${name}`,
      await drawing(subject, from + i, { format: format(name) }),
    ],
  )
  return Object.fromEntries(await Promise.all(files))
}

/** Two classes, flat, as people leave them; two drawings lie in the wrong folder. Returns the readable photos. */
async function writeFlat(): Promise<string[]> {
  const good = {
    ...(await drawings(ball, 'ball', 9)),
    ...(await drawings(`${ball}/more`, 'wave', 2, { from: 400 })),
    ...(await drawings(wave, 'wave', 9, { format: 'webp' })),
    ...(await oddlyNamed(ball, 'ball', 200)),
    ...(await oddlyNamed(wave, 'wave', 300)),
  }
  const half = await drawing('wave', 500)
  const bad = {
    [`${ball}/${hostileName}`]: 'This is not a photo.',
    [`${wave}/half.png`]: half.subarray(0, half.length >> 1),
    [`${wave}/nothing.jpg`]: '',
  }
  writeTree({ ...good, ...bad, [`${ball}/notes.txt`]: 'whose these are', '.DS_Store': 'x' }, flat)
  return Object.keys(good).sort()
}

/** Photos large enough to tell the drawings apart; what is tested does not depend on how long a step takes. */
const quick = ['--size', '96', '--threads', '1']

interface Training {
  readonly recipe: Recipe
  readonly seed?: number
  readonly cache?: string
  readonly more?: readonly string[]
}

/** Trains on the flat set; what is asked for as JSON is all that goes to standard output. */
function train(out: string, { recipe, seed = 0, cache = 'cache', more = [] }: Training): Promise<Told> {
  const args = ['--recipe', recipe, '--seed', String(seed), ...quick, '--json', ...more]
  return chiquito(['train', flat, '--out', at(out), ...args], { env: { CHIQUITO_CACHE: at(cache) } })
}

const model = (out: string) => readFileSync(at(out, 'model.onnx'))
const card = (out: string) => readFileSync(at(out, 'MODEL_CARD.md'), 'utf8')
const json = (...names: string[]): unknown => JSON.parse(readFileSync(at(...names), 'utf8'))

/** One training a recipe, in a folder of its name, that the tests below look at. */
let results: Record<Recipe, TrainResult>
let good: string[]

beforeAll(async () => {
  good = await writeFlat()
  // One after the other: the second finds the first one's cache, the first one none.
  const told = { auto: await train('auto', { recipe: 'auto' }) }
  const other = await train('fastai-2018', { recipe: 'fastai-2018' })
  for (const { status, stderr } of [told.auto, other]) expect(status, stderr).toBe(0)
  results = { auto: documentOf(told.auto), 'fastai-2018': documentOf(other) }
})

describe.each(recipes)('training with recipe %s', recipe => {
  const result = () => results[recipe]

  it('prints one JSON document that says all', () => {
    const { stages, accuracy, interval, confusion } = result()
    expect(result()).toMatchObject({
      run: at(recipe),
      model: at(recipe, 'model.onnx'),
      report: at(recipe, 'report.html'),
      seed: 0,
      recipe,
      backbone: 'efficientnet-lite0',
      labels: [ball, wave],
      leaks: [],
      seconds: expect.any(Number),
    })
    expect(stages.length).toBeGreaterThan(0)
    for (const stage of stages) {
      expect(stage).toMatchObject({ name: expect.stringMatching(/\w/), seconds: expect.any(Number) })
      expect(stage.accuracy).toBeGreaterThan(0.5)
      for (const epoch of stage.epochs)
        expect(epoch).toMatchObject({
          trainLoss: expect.any(Number),
          validLoss: expect.any(Number),
          accuracy: expect.any(Number),
        })
    }
    if (recipe === 'fastai-2018') expect(stages.map(({ epochs }) => epochs.length)).toEqual([2, 4, 7])
    const [right, all] = [confusion[0][0] + confusion[1][1], confusion.flat().reduce((a, b) => a + b)]
    expect(accuracy).toBe(right / all)
    expect(accuracy).toBe(stages.at(-1)?.accuracy)
    expect(interval[0]).toBeLessThanOrEqual(accuracy)
    expect(interval[1]).toBeGreaterThanOrEqual(accuracy)
    expect(interval[1] - interval[0]).toBeGreaterThan(0.1)
  })

  it('names photos that cannot be read, with the reason, and counts the others', () => {
    const { unreadable, photos, confusion } = result()
    expect(unreadable.map(({ path }) => path).sort()).toEqual(Object.keys(broken).sort())
    for (const { path, reason } of unreadable) expect(reason).toMatch(broken[path])
    expect(photos.train + photos.valid).toBe(good.length)
    expect(photos.valid).toBe(confusion.flat().reduce((a, b) => a + b))
  })

  it('leaves a complete run folder and nothing else', () => {
    const files = [
      'MODEL_CARD.md',
      'figures',
      'log.jsonl',
      'metrics.json',
      'model.onnx',
      'report.html',
      'run.json',
      'split.json',
    ]
    expect(readdirSync(at(recipe)).sort()).toEqual(files)
    expect(readdirSync(at(recipe, 'figures')).length).toBeGreaterThan(0)
    expect(json(recipe, 'run.json')).toMatchObject({ state: 'finished', recipe, seed: 0 })
    // The matrix of many classes is large: it stands there once.
    expect(json(recipe, 'metrics.json')).not.toHaveProperty('evaluation.confusion')
    expect(json(recipe, 'metrics.json')).toMatchObject({
      accuracy: result().accuracy,
      confusion: result().confusion,
      unreadable: result().unreadable,
    })
    const log = readFileSync(at(recipe, 'log.jsonl'), 'utf8').trimEnd().split('\n')
    const events = log.map((line): unknown => JSON.parse(line))
    expect(events[0]).toMatchObject({ event: 'start' })
    expect(events.at(-1)).toMatchObject({ event: 'end', state: 'finished' })
  })

  it('writes a model card of what the run came to', () => {
    const { accuracy, photos, card: file } = result()
    expect(file).toBe(at(recipe, 'MODEL_CARD.md'))
    expect(card(recipe)).toContain(`value: ${Number(accuracy.toFixed(4))}\n`)
    expect(card(recipe)).toMatch(new RegExp(`\\| validation photos \\| ${photos.valid} \\|`))
    expect(card(recipe)).toContain(`train photos --out run --recipe ${recipe} --seed 0`)
    expect(card(recipe)).toContain('3 photos could not be read')
    expect(card(recipe)).not.toContain(folder)
  })

  it('writes a report that loads nothing from elsewhere and believes no file name', () => {
    const html = readFileSync(at(recipe, 'report.html'), 'utf8')
    const tags = html.match(/<[a-z][^>]*>/gi) ?? []
    const loading = /\s(?:src|srcset|href|xlink:href|poster|data|action)\s*=\s*(?!["']?(?:data:|#))/i
    expect(tags.filter(tag => loading.test(tag))).toEqual([])
    expect(html.match(/(url\(|@import)\s*["']?(?!data:|#|["'])\S{0,40}/g) ?? []).toEqual([])
    expect(html).not.toMatch(/<script[^>]+src|<iframe|<object|<embed/i)
    expect(html).not.toContain('<img src=x')
    expect(html).toContain('onerror=alert(1)&gt;')
    expect(tags.filter(tag => tag.startsWith('<img')).length).toBeGreaterThan(3)
  })

  it('gives the same bytes again, from features it kept the first time', async () => {
    const told = await train(`${recipe}-again`, { recipe })
    expect(told.status, told.stderr).toBe(0)
    expect(model(`${recipe}-again`).equals(model(recipe))).toBe(true)
    // In another folder, and with no word of it.
    expect(card(`${recipe}-again`)).toBe(card(recipe))
    const { accuracy, confusion } = documentOf<TrainResult>(told)
    expect({ accuracy, confusion }).toEqual({ accuracy: result().accuracy, confusion: result().confusion })
  })

  it('records its split, and is judged on the same photos again with the same figures', async () => {
    const told = await chiquito(['evaluate', at(recipe), '--json'])
    expect(told.status, told.stderr).toBe(0)
    const again = documentOf<EvaluateResult>(told)
    const { accuracy, interval, confusion, labels, evaluation } = result()
    expect(again).toMatchObject({ accuracy, interval, confusion, labels, leaks: [] })
    expect(again.evaluation.logLoss).toBeCloseTo(evaluation.logLoss ?? Number.NaN, 4)
    const split = json(recipe, 'split.json')
    const judged = [...again.predictions, ...again.unreadable].map(({ path }) => path).sort()
    expect(split).toMatchObject({ by: 'seed', seed: 0, valid: judged })
    expect(again.predictions.map(({ path }) => path)).not.toEqual(good)
  })

  it('writes a model that plain onnxruntime runs as `predict` does', async () => {
    const file = at(recipe, 'model.onnx')
    const { metadata, producer } = await readModelFile(file)
    const { view, labels } = parseModelMetadata(metadata, file, producer)
    expect(labels).toEqual([ball, wave])
    const photos = good.map(name => path.join(flat, name))
    const told = await chiquito(['predict', file, ...photos, '--json'])
    expect(told.status, told.stderr).toBe(0)
    const { predictions } = documentOf<PredictResult>(told)
    expect(predictions.map(({ path }) => path)).toEqual(photos)

    const pixels = new Uint8Array(photos.length * view.size ** 2 * 3)
    for (const [i, photo] of photos.entries()) {
      const decoded = await decode(readFileSync(photo), { name: photo, shortSide: view.size })
      pixels.set(renderView(decoded, view), i * view.size ** 2 * 3)
    }
    const batch = new Tensor('uint8', pixels, [photos.length, view.size, view.size, 3])
    const session = await InferenceSession.create(file)
    const { probabilities } = await session.run({ pixels: batch })
    expect(probabilities.dims).toEqual([photos.length, 2])
    const answers = predictions.flatMap(({ probabilities }) => probabilities)
    expect(furthest(Array.from(probabilities.data, Number), answers)).toBeLessThan(1e-5)
    // Answers that differ from photo to photo, so that the line above compares something.
    expect(new Set(answers.map(answer => answer.toFixed(3))).size).toBeGreaterThan(5)
    for (const { label, probabilities } of predictions)
      expect(label).toBe(labels[probabilities[0] >= probabilities[1] ? 0 : 1])
  })

  it('writes a model whose golden photos get the promised answers', async () => {
    const file = at(recipe, 'model.onnx')
    const { metadata } = await readModelFile(file)
    const { golden, view } = parseModelMetadata(metadata, file)
    expect(golden).toHaveLength(2)
    const session = await InferenceSession.create(file)
    for (const { png, probabilities: promised } of golden) {
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
      expect(info).toMatchObject({ width: view.size, height: view.size, channels: 3 })
      const pixels = new Tensor('uint8', data, [1, view.size, view.size, 3])
      const { probabilities } = await session.run({ pixels })
      expect(furthest(Array.from(probabilities.data, Number), promised)).toBeLessThan(1e-5)
    }
  })
})

describe('training the head of 2018 alone', () => {
  const recipe = 'fastai-2018'
  const head = ['--fine-tune', 'never']

  beforeAll(async () => {
    const told = await train('seed-0', { recipe, more: head })
    expect(told.status, told.stderr).toBe(0)
  })

  it('gives the same bytes again without a cache, and leaves none', async () => {
    const told = await train('no-cache', { recipe, cache: 'unused', more: [...head, '--no-cache'] })
    expect(told.status, told.stderr).toBe(0)
    expect(model('no-cache').equals(model('seed-0'))).toBe(true)
    expect(readdirSync(folder)).not.toContain('unused')
  })

  it('gives other bytes from another seed', async () => {
    const told = await train('seed-1', { recipe, seed: 1, more: head })
    expect(told.status, told.stderr).toBe(0)
    expect(documentOf<TrainResult>(told).seed).toBe(1)
    expect(model('seed-1').equals(model('seed-0'))).toBe(false)
  })
})

it('names copies of training photos among those it measures on, and measures without them too', async () => {
  const data = at('leaking')
  const copied = await drawing('ball', 3)
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 6)),
      ...(await drawings('train/wave', 'wave', 6)),
      ...(await drawings('valid/ball', 'ball', 3, { from: 50 })),
      ...(await drawings('valid/wave', 'wave', 3, { from: 50 })),
      'valid/ball/a copy of 3.png': copied,
      // Photos kept apart need not be of every class.
      ...(await drawings('test/ball', 'ball', 2, { from: 70 })),
      // A ball that somebody called a wave: the one mistake to be made here.
      ...(await drawings('valid/wave', 'ball', 1, { from: 60 })),
    },
    data,
  )
  const args = ['train', data, '--out', at('leaking-run'), ...quick, '--fine-tune', 'never']
  const told = await chiquito([...args, '--json'], { env: { CHIQUITO_CACHE: at('cache') } })
  expect(told.status, told.stderr).toBe(0)
  const leaks = [{ train: 'train/ball/3.png', valid: 'valid/ball/a copy of 3.png' }]
  expect(documentOf<TrainResult>(told)).toMatchObject({
    leaks,
    photos: { train: 12, valid: 8, test: 2 },
    test: { accuracy: 1 },
    accuracy: 7 / 8,
    confusion: [
      [4, 0],
      [1, 3],
    ],
    withoutLeaks: { count: 7, accuracy: 6 / 7 },
  })
  expect(readFileSync(at('leaking-run', 'report.html'), 'utf8')).toContain('a copy of 3.png')
  const again = await chiquito(['evaluate', at('leaking-run'), '--json'])
  expect(documentOf<EvaluateResult>(again)).toMatchObject({
    leaks,
    accuracy: 7 / 8,
    withoutLeaks: { count: 7, accuracy: 6 / 7 },
  })
})

/** The largest distance between numbers at the same place; NaN counts as infinitely far. */
function furthest(actual: readonly number[], expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length)
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i])))
}
