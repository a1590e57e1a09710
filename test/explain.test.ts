// Why? A shortcut that was planted is found, by gradients and without; pictures through `chiquito predict --explain`.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import { float32, fromHalf, probabilityText, RandomStream, type Tensor, toHalf } from '../src/core/index.js'
import { Explainer, type HeatMap, occlusion } from '../src/explain/index.js'
import { readViews } from '../src/images/index.js'
import { type Graph, readModelFile, upgradeModel, type Value } from '../src/onnx/index.js'
import { Predictor } from '../src/predict/index.js'
import { chiquito, documentOf, type RunOptions, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { MARK, markedSet } from './support/marked.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const run = at('run')
const side = 128

beforeAll(async () => {
  writeTree(await markedSet('data', side), folder)
  const told = await chiquitoHere([
    'train',
    at('data'),
    '--out',
    run,
    '--fine-tune',
    'never',
    '--size',
    String(side),
    '--threads',
    '1',
    '--quiet',
  ])
  expect(told.status, told.stderr).toBe(0)
})

const photos = (label: string) =>
  readdirSync(at('data', 'valid', label)).map(name => at('data', 'valid', label, name))

/** Of what spoke for the label, the part that lies where the mark is, or half as far around it again. */
function partOnMark({ width, height, values }: HeatMap): number {
  const from = 1 - 2 * MARK
  let [all, there] = [0, 0]
  for (const [i, value] of values.entries()) {
    if (value <= 0) continue
    const isThere = (i % width) + 0.5 > from * width && Math.floor(i / width) + 0.5 > from * height
    all += value
    if (isThere) there += value
  }
  return there / all
}

describe('a shortcut that was planted', () => {
  it('is where the maps of gradients lie, and nowhere else', async () => {
    const predictor = await Predictor.open(path.join(run, 'model.onnx'), { threads: 1 })
    for (const photo of photos('marked')) {
      const explanation = await predictor.explain(readFileSync(photo), photo)
      expect(explanation).toMatchObject({ method: 'grad-cam', label: 'marked' })
      expect(explanation.values).toHaveLength(explanation.width * explanation.height)
      // By chance it would be an eighth.
      expect(partOnMark(explanation), photo).toBeGreaterThan(0.4)
    }
    for (const photo of photos('plain'))
      expect(partOnMark(await predictor.explain(readFileSync(photo), photo)), photo).toBeLessThan(0.35)
    await predictor.close()
  })

  it.each(['float16', 'int8'])('is found in the model exported as %s, too', async precision => {
    const out = at(`${precision}.onnx`)
    const told = await chiquitoHere(['export', run, '--precision', precision, '--out', out])
    expect(told.status, told.stderr).toBe(0)
    const predictor = await Predictor.open(out, { threads: 1 })
    const [photo] = photos('marked')
    const explanation = await predictor.explain(readFileSync(photo), photo)
    expect(explanation.method, explanation.why).toBe('grad-cam')
    expect(partOnMark(explanation)).toBeGreaterThan(0.4)
    await predictor.close()
  })

  it('is found by covering places, too', async () => {
    const predictor = await Predictor.open(path.join(run, 'model.onnx'), { threads: 1 })
    const rule = predictor.metadata.view
    const sum = new Float32Array(144)
    for (const photo of photos('marked')) {
      const [view] = await readViews(readFileSync(photo), { name: photo, rule, draws: [null] })
      const { top, map } = await occlusion(view, side, (views, count) => predictor.judge(views, count))
      expect(predictor.labels[top]).toBe('marked')
      for (const [i, value] of map.values.entries()) sum[i] += value
    }
    await predictor.close()
    expect(partOnMark({ width: 12, height: 12, values: sum })).toBeGreaterThan(0.4)
  })
})

describe('with weights drawn at random, a map changes (Adebayo et al. 2018)', () => {
  it.each([
    ['of the head', (name: string) => name.startsWith('head.')],
    ['of the trunk', (name: string) => !name.startsWith('head.') && !name.startsWith('known.')],
  ])('%s', async (_, isDrawn) => {
    const { graph } = upgradeModel(await readModelFile(path.join(run, 'model.onnx')))
    const [learnt, drawn] = [await Explainer.open(graph), await Explainer.open(withDrawn(graph, isDrawn))]
    if ('why' in learnt || 'why' in drawn) throw new Error('there are no maps')
    const likeness: number[] = []
    for (const photo of [...photos('marked'), ...photos('plain')]) {
      const rule = { size: side, resize: 'squash' } as const
      const [view] = await readViews(readFileSync(photo), { name: photo, rule, draws: [null] })
      const [a, b] = [await learnt.explain(view, side), await drawn.explain(view, side)]
      if ('why' in a || 'why' in b) throw new Error('there is no map')
      expect(rankCorrelation(a.map.values, a.map.values)).toBeCloseTo(1, 6)
      likeness.push(Math.abs(rankCorrelation(a.map.values, b.map.values)))
    }
    await learnt.close()
    await drawn.close()
    expect(likeness.reduce((a, b) => a + b, 0) / likeness.length).toBeLessThan(0.45)
  })
})

/** The graph with weights of the same size and spread as those chosen, but drawn at random. */
function withDrawn(graph: Graph, isDrawn: (name: string) => boolean): Graph {
  const random = RandomStream.fromSeed(11)
  const initializers = new Map(
    Array.from(graph.initializers, ([name, tensor]): [Value, Tensor] => {
      const isWeight = tensor.dtype === 'float32' || tensor.dtype === 'float16'
      if (!isWeight || tensor.data.length < 100 || !isDrawn(name)) return [name, tensor]
      const values = Array.from(tensor.data, value => (tensor.dtype === 'float16' ? fromHalf(value) : value))
      const spread = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length)
      const drawn = values.map(() => spread * random.normal())
      if (tensor.dtype === 'float32') return [name, float32(drawn, tensor.shape)]
      return [name, { ...tensor, data: Uint16Array.from(drawn, toHalf) }]
    }),
  )
  return { ...graph, initializers }
}

/** Spearman's. */
function rankCorrelation(a: Float32Array, b: Float32Array): number {
  const [x, y] = [ranks(a), ranks(b)]
  const middle = (x.length - 1) / 2
  const product = (p: number[], q: number[]) =>
    p.reduce((sum, rank, i) => sum + (rank - middle) * (q[i] - middle), 0)
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y))
}

function ranks(values: Float32Array): number[] {
  const order = Array.from(values.keys()).sort((i, j) => values[i] - values[j])
  const out = new Array<number>(values.length)
  for (const [rank, i] of order.entries()) out[i] = rank
  return out
}

it('is shown in the report of the training, too', () => {
  const page = readFileSync(path.join(run, 'report.html'), 'utf8')
  // The four that it was least sure of; there are no mistakes.
  expect(page.match(/<img class="heat" src="data:image\/jpeg/g)).toHaveLength(4)
})

async function explain(args: readonly string[], options?: RunOptions) {
  const words = ['predict', run, ...args, '--json', '--threads', '1']
  const told = options ? await chiquito(words, options) : await chiquitoHere(words)
  return { status: told.status, stderr: told.stderr, ...documentOf<PredictResult>(told) }
}

/** The three pictures in a row that a PNG holds, each [side, side, 3]; and the texts of it. */
async function readPicture(file: string) {
  const bytes = readFileSync(file)
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, info, text: bytes.subarray(0, 1024).toString('utf8') }
}

describe('predict --explain', () => {
  it('draws the photo, what spoke for its label, and what against', async () => {
    const [photo] = photos('marked')
    const { status, predictions } = await explain([photo, '--explain', at('why')])
    expect(status).toBe(0)
    const [{ label, probabilities, explanation }] = predictions
    const name = `${path.parse(photo).name}.marked-${Math.min(99.9, 100 * Math.max(...probabilities)).toFixed(1)}.png`
    expect(label).toBe('marked')
    expect(explanation).toEqual({ path: at('why', name), method: 'grad-cam', label: 'marked' })
    expect(readdirSync(at('why')).sort()).toEqual([name, 'chiquito.json'].sort())
    const { data, info, text } = await readPicture(at('why', name))
    // Two times 128 pixels, three times, with lines between.
    expect([info.width, info.height]).toEqual([3 * 256 + 16, 256 + 8])
    expect(text).toContain(`marked ${probabilityText(Math.max(...probabilities))}`)
    expect(text).toContain('what spoke for "marked"')
    const blue = (panel: number, from: number, to: number) => {
      let sum = 0
      for (let y = from; y < to; y++)
        for (let x = from; x < to; x++) {
          const p = ((y + 4) * info.width + 4 + panel * 260 + x) * 3
          sum += Math.max(0, data[p + 2] - data[p])
        }
      return sum / (to - from) ** 2
    }
    expect(blue(1, 206, 256)).toBeGreaterThan(5 * blue(1, 20, 70) + 20)
    expect(blue(2, 206, 256)).toBeLessThan(1)
  })

  it('tells where, a line a photo', async () => {
    const [photo] = photos('plain')
    const told = await chiquitoHere(['predict', run, photo, '--explain', at('told'), '--threads', '1'])
    expect(told.stdout).toMatch(/^plain +>?(\d+\.\d) % .*\.png {2}why: .*told.*\.plain-\1\.png\n$/)
  })

  it('takes folders and standard input, names every photo apart, and goes on behind a broken one', async () => {
    const [photo] = photos('plain')
    const strange = [
      'album/a\n:b*?.png',
      'album/con.png',
      'album/x/1.png',
      'album/y/1.PNG',
      `album/${'é'.repeat(120)}.png`,
    ]
    for (const name of strange) {
      mkdirSync(path.dirname(at(name)), { recursive: true })
      copyFileSync(photo, at(name))
    }
    writeFileSync(at('album', 'broken.png'), 'This is no photo.')
    const input = readFileSync(photo)
    const result = await explain([at('album'), '-', '--explain', at('strange')], { input })
    expect(result.status).toBe(0)
    expect(result.unreadable.map(one => path.basename(one.path))).toEqual(['broken.png'])
    const names = result.predictions.map(({ explanation }) => path.basename(explanation?.path ?? ''))
    expect(names.map(name => name.replace(/plain-\d+\.\d/, 'plain'))).toEqual([
      'a b.plain.png',
      'con_.plain.png',
      expect.stringMatching(/^é{50,60}\.plain\.png$/),
      '1.plain.png',
      '1.plain-2.png',
      'standard-input.plain.png',
    ])
    expect(new Set(names).size).toBe(6)
    expect(readdirSync(at('strange')).sort()).toEqual([...names, 'chiquito.json'].sort())
  })

  it('adds to its own folders, which are never taken for photos, and replaces only what it wrote', async () => {
    const [photo, other] = photos('marked')
    const out = at('own')
    const first = await explain([photo, '--explain', out])
    await explain([photo, other, '--explain', out])
    expect(readdirSync(out)).toHaveLength(3)
    expect((await explain([out, photo])).predictions).toHaveLength(1)
    const file = first.predictions[0].explanation?.path ?? ''
    copyFileSync(photo, file)
    const told = await chiquitoHere(['predict', run, photo, '--explain', out])
    expect(told.status).toBe(1)
    expect(told.stderr).toContain('is there already and is no explanation, so it is not replaced')
    expect(readFileSync(file)).toEqual(readFileSync(photo))
  })

  it.each([
    ['a folder of something else', () => at('data', 'valid', 'marked'), 2, /holds other things, such as/],
    [
      'a file',
      () => at('data', 'valid', 'marked', readdirSync(at('data', 'valid', 'marked'))[0]),
      2,
      /is a file/,
    ],
  ])('refuses %s before it looks at any photo', async (_, where, status, message) => {
    const before = readdirSync(at('data', 'valid', 'marked'))
    const told = await chiquitoHere(['predict', run, photos('plain')[0], '--explain', where()])
    expect(told.status).toBe(status)
    expect(told.stderr).toMatch(message)
    expect(told.stderr).toContain('--explain')
    expect(readdirSync(at('data', 'valid', 'marked'))).toEqual(before)
  })
})
