// `chiquito predict` as a person meets it: photos from everywhere, some of them broken, and models that are none.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PredictResult } from '../src/actions/predict.js'
import { float32 } from '../src/core/index.js'
import { GraphBuilder, model, readModelFile, writeModel } from '../src/onnx/index.js'
import { chiquito, documentOf, type RunOptions, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const run = at('run')
const labels = ['ball', 'wave']

let saidInTraining: string | undefined

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('data/train/ball', 'ball', 8)),
      ...(await drawings('data/train/wave', 'wave', 8)),
      ...(await drawings('data/valid/ball', 'ball', 2, { from: 20 })),
      ...(await drawings('data/valid/wave', 'wave', 2, { from: 20 })),
      ...(await drawings('album', 'ball', 2, { from: 30 })),
      ...(await drawings('album/at sea ñ', 'wave', 2, { from: 30, format: 'jpeg' })),
      'album/.hidden/1.png': await drawing('wave', 40),
      'album/.thumbnail.png': await drawing('wave', 41),
      'ball without extension': await drawing('ball', 42, { format: 'webp' }),
      'text.jpg': 'This is not a photo.',
      'half.jpg': (await drawing('wave', 43, { format: 'jpeg', side: 160 })).subarray(0, 700),
      'empty.png': '',
      'nobody/.keep': '',
    },
    folder,
  )
  const recipe = ['--recipe', 'fastai-2018', '--fine-tune', 'never']
  const args = ['--out', run, ...recipe, '--size', '96', '--threads', '1', '--quiet']
  const { status, stderr } = await chiquito(['train', at('data'), ...args], {
    env: { CHIQUITO_CACHE: at('cache') },
  })
  expect(status, stderr).toBe(0)
  saidInTraining = stderr
})

it('comes from a training that with --quiet says nothing of its epochs', () => {
  expect(saidInTraining).not.toMatch(/epoch/)
})

/** Judges as JSON; the exit code and what was printed. */
async function predict(args: readonly string[], options?: RunOptions) {
  const told = await chiquito(['predict', ...args, '--json', '--threads', '1'], options)
  return { status: told.status, stderr: told.stderr, ...documentOf<PredictResult>(told) }
}

describe('photos', () => {
  it('that are many are judged on threads side by side, each as it is alone, whatever is broken among them', async () => {
    const many = at('many')
    const files = await drawings('many', 'wave', 10, { from: 50, side: 100 })
    const copies = Object.entries(files).flatMap(([name, bytes]) =>
      Array.from(
        { length: 14 },
        (_, i) => [name.replace(/\.\w+$/, ending => `-${i}${ending}`), bytes] as const,
      ),
    )
    writeTree({ ...Object.fromEntries(copies), 'many/half.jpg': readFileSync(at('half.jpg')) }, folder)
    const alone = await predict([run, many])
    const { status, stdout, ...told } = await chiquito(['predict', run, many, '--json', '--threads', '2'])
    const beside = documentOf<PredictResult>({ status, stdout, ...told })
    expect(beside.predictions).toHaveLength(140)
    expect(beside.predictions).toEqual(alone.predictions)
    expect(beside.unreadable).toEqual(alone.unreadable)
    expect(beside.unreadable).toHaveLength(1)
    expect(status).toBe(alone.status)
  })

  it('may be files and folders, and are answered in their order', async () => {
    const file = at('ball without extension')
    const { status, predictions, ...result } = await predict([run, file, at('album')])
    expect(status).toBe(0)
    expect(result).toMatchObject({ labels, unreadable: [], model: path.join(run, 'model.onnx') })
    const album = ['30.png', '31.png', 'at sea ñ/30.jpeg', 'at sea ñ/31.jpeg'].map(name => at('album', name))
    expect(predictions.map(({ path }) => path)).toEqual([file, ...album])
    expect(predictions.map(({ label }) => label)).toEqual(['ball', 'ball', 'ball', 'wave', 'wave'])
    for (const { probabilities } of predictions) {
      expect(probabilities).toHaveLength(2)
      expect(probabilities[0] + probabilities[1]).toBeCloseTo(1, 5)
    }
  })

  it('may come on standard input, alone or beside others', async () => {
    const input = readFileSync(at('album', 'at sea ñ', '30.jpeg'))
    const { predictions } = await predict([run, at('album', '30.png'), '-'], { input })
    const [, piped] = predictions
    expect(predictions).toHaveLength(2)
    expect(piped).toMatchObject({ path: '-', label: 'wave' })
    const alone = await chiquito(['predict', run, '-'], { input })
    expect(alone).toMatchObject({ status: 0, stdout: expect.stringMatching(/^wave +>?\d+\.\d % +-\n$/) })
    const { predictions: fromFile } = await predict([run, at('album', 'at sea ñ', '30.jpeg')])
    expect(fromFile[0].probabilities).toEqual(piped.probabilities)
  })

  it('may be many, and get the answers that few of them get, in their order', async () => {
    const few = await predict([run, at('album')])
    const album = Array.from({ length: 4 }, () => at('album'))
    const many = await predict([run, at('half.jpg'), ...album, at('not there.jpg')])
    expect(many.predictions).toEqual(album.flatMap(() => few.predictions))
    expect(many.unreadable).toEqual([
      { path: at('half.jpg'), reason: expect.stringMatching(/truncated/) },
      { path: at('not there.jpg'), reason: expect.stringMatching(/no such file/) },
    ])
  })

  it('that are bad are named with the reason, and the others are answered', async () => {
    const bad = [at('text.jpg'), at('half.jpg'), at('empty.png'), at('not there.jpg')]
    const args = [run, bad[0], at('album', '30.png'), ...bad.slice(1), at('album', '31.png')]
    const { status, predictions, unreadable } = await predict(args)
    expect(status).toBe(0)
    expect(predictions.map(({ path, label }) => [path, label])).toEqual([
      [at('album', '30.png'), 'ball'],
      [at('album', '31.png'), 'ball'],
    ])
    expect(unreadable).toEqual([
      { path: bad[0], reason: expect.stringMatching(/^not an image \(starts with "This is not a ph/) },
      { path: bad[1], reason: expect.stringMatching(/truncated/) },
      { path: bad[2], reason: expect.stringMatching(/empty/) },
      { path: bad[3], reason: expect.stringMatching(/no such file/) },
    ])
    const { status: alike, stdout } = await chiquito(['predict', ...args])
    expect(alike).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(7)
    expect(stdout).toMatch(/^! 4 of 6 photos could not be used: .*not an image .*text\.jpg/m)
    for (const photo of bad) expect(stdout).toContain(`not judged: ${photo}: `)
    // One is said once.
    const one = await chiquito(['predict', run, bad[0], at('album', '30.png')])
    expect(one.stdout.match(/not an image/g)).toHaveLength(1)
  })

  it('that are all bad make the command fail, and are still named', async () => {
    const { status, predictions, unreadable } = await predict([run, at('text.jpg'), at('empty.png')])
    expect(status).toBe(1)
    expect(predictions).toEqual([])
    expect(unreadable.map(({ path }) => path)).toEqual([at('text.jpg'), at('empty.png')])
    const piped = await predict([run, '-'], { input: Buffer.from('not a photo') })
    expect(piped).toMatchObject({ status: 1, predictions: [], unreadable: [{ path: '-' }] })
    expect(await predict([run, '-'])).toMatchObject({
      status: 1,
      unreadable: [{ path: '-', reason: expect.stringMatching(/empty/) }],
    })
  })

  it('must be there', async () => {
    const told = await chiquito(['predict', run, at('nobody')])
    expect(told).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/no photo to judge/) })
    expect(await chiquito(['predict', run])).toMatchObject({ status: 2 })
  })

  it('may be looked at several times, with the same answer each time', async () => {
    const args = [run, at('album'), '--tta', '3']
    const first = await predict(args)
    const { predictions: plain } = await predict([run, at('album')])
    expect(first.status).toBe(0)
    expect((await predict(args)).predictions).toEqual(first.predictions)
    expect(first.predictions).not.toEqual(plain)
    expect(first.predictions.map(({ label }) => label)).toEqual(plain.map(({ label }) => label))
  })
})

it('one photo gets one answer, however its path is written and wherever a copy lies', async () => {
  const name = at('album', 'at sea ñ', '30.jpeg')
  cpSync(name, at('copies', 'another name'))
  const ways: [string, RunOptions?][] = [
    [name],
    ['30.jpeg', { cwd: path.dirname(name) }],
    ['./at sea ñ/../at sea ñ/30.jpeg', { cwd: at('album') }],
    [at('album', 'at sea ñ')],
    [at('copies')],
    ['-', { input: readFileSync(name) }],
  ]
  const answers = []
  for (const [way, options] of ways)
    answers.push((await predict([run, way, '--tta', '3'], options)).predictions[0].probabilities)
  for (const answer of answers) expect(answer).toEqual(answers[0])
  // Measured as it was while training: the same views, and so the same figure.
  const { stdout } = await chiquito(['evaluate', run, '--tta', '4', '--json', '--threads', '1'])
  const trained = JSON.parse(readFileSync(path.join(run, 'metrics.json'), 'utf8'))
  expect(JSON.parse(stdout).tta.accuracy).toBe(trained.tta.accuracy)
})

describe('a model', () => {
  it('is the folder of a run, its file, or a copy of that file elsewhere', async () => {
    cpSync(path.join(run, 'model.onnx'), at('elsewhere', 'my classifier'))
    const models = [run, path.join(run, 'model.onnx'), at('elsewhere', 'my classifier')]
    const told = await Promise.all(models.map(one => predict([one, at('album')])))
    expect(told.map(({ status }) => status)).toEqual([0, 0, 0])
    expect(told[0].predictions).toHaveLength(4)
    for (const { predictions } of told) expect(predictions).toEqual(told[0].predictions)
    const judged = await chiquito(['evaluate', models[2], at('data'), '--json'])
    expect(documentOf(judged)).toMatchObject({ accuracy: 1, split: 'valid', labels })
    const asked = await chiquito(['evaluate', models[2]])
    expect(asked).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/Give them too: chiquito evaluate /),
    })
  })

  /** A model that adds one to ten numbers, as another program might have written it. */
  function foreign(metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
    const builder = new GraphBuilder('plus one')
    const x = builder.input('x', 'float32', ['n', 10])
    builder.output(builder.op('Add', [x, builder.constant(float32([1]))]), 'y')
    return writeModel(model(builder.build(), { metadata }))
  }

  const bytes = () => readFileSync(path.join(run, 'model.onnx'))

  type Parts = Awaited<ReturnType<typeof readModelFile>>

  /** The trained model with something in it changed. */
  async function altered(change: (model: Parts) => Partial<Parts>): Promise<Uint8Array> {
    const whole = await readModelFile(path.join(run, 'model.onnx'))
    return writeModel({ ...whole, ...change(whole) })
  }

  /** The trained model with other bytes in its largest tensor. */
  const reweighted = (change: (bytes: Uint8Array) => void) =>
    altered(({ graph }) => {
      const [{ data }] = [...graph.initializers.values()].sort((a, b) => b.data.length - a.data.length)
      change(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      return {}
    })

  const relabelled = (labels: readonly string[]) =>
    altered(({ metadata }) => ({
      metadata: new Map([...metadata, ['chiquito.labels', JSON.stringify(labels)]]),
    }))

  const differs =
    /does not answer as it did when it was made: of golden photo \d of 2 it said [\d.e-]+ for "\w+", and now says/

  it.each<[string, () => Uint8Array | string | Promise<Uint8Array>, RegExp]>([
    ['one with zeros for weights', () => reweighted(bytes => void bytes.fill(0)), differs],
    [
      'one with a single bit of a weight turned over',
      () =>
        reweighted(bytes => {
          bytes[1000] ^= 1
        }),
      /was damaged or changed since it was made: its graph or its weights are no longer the same/,
    ],
    [
      'one that answers with scores',
      () =>
        altered(({ graph }) => ({
          graph: {
            ...graph,
            nodes: graph.nodes.map(node =>
              node.op === 'Softmax' ? { ...node, op: 'Identity', attributes: {} } : node,
            ),
          },
        })),
      /answers with numbers (like|that add up to) -?[\d.]+, which are no probabilities of 2 labels/,
    ],
    [
      'one that answers with NaN',
      () => reweighted(bytes => void bytes.fill(0xff)),
      /answers with numbers like NaN, which are no probabilities of 2 labels/,
    ],
    [
      'one whose labels were swapped',
      () => relabelled([...labels].reverse()),
      /does not answer as it did when it was made: golden photo 1 of 2 was "ball", and the labels now make it "wave"/,
    ],
    [
      'one with a label more',
      () => relabelled([...labels, 'third']),
      /a golden photo must have one probability a label/,
    ],
    ['a text', () => 'my model', /is not an ONNX model\.$/m],
    ['an empty file', () => '', /"?\S*model.*(empty|not an ONNX model|no graph)/],
    ['a photo', () => drawing('ball', 1), /is a picture, not an ONNX model/],
    [
      'half of a model',
      () => bytes().subarray(0, bytes().length >> 1),
      /is an ONNX model that is cut short or damaged/,
    ],
    [
      'a model without its last byte',
      () => bytes().subarray(0, bytes().length - 1),
      /is an ONNX model that is cut short or damaged/,
    ],
    [
      'a model that has lost its metadata',
      () => foreign(),
      /has lost what it said of itself.*Give the model\.onnx that "chiquito train" wrote/s,
    ],
    [
      'a model of a later chiquito',
      () => foreign(new Map([['chiquito.format', '2']])),
      /has format "2".*Update chiquito/,
    ],
    [
      'a model with damaged metadata',
      () =>
        foreign(
          new Map([
            ['chiquito.format', '1'],
            ['chiquito.labels', '["a"'],
          ]),
        ),
      /is damaged: its metadata entry chiquito\.labels is not JSON/,
    ],
    [
      'a model that has only the metadata',
      async () => foreign((await readModelFile(path.join(run, 'model.onnx'))).metadata),
      /does not fit what it says of itself: expected one input "pixels"/,
    ],
  ])('is not %s', async (_what, content, message) => {
    const file = at('wrong', 'model.onnx')
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, await content())
    const told = await chiquito(['predict', file, at('album', '30.png'), '--json'])
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(message)
    expect(told.stderr).toContain(file)
    expect(documentOf(told)).toMatchObject({ error: { code: 'model' } })
  })

  it.each([
    [
      'nothing',
      'no such thing',
      /There is no model ".*no such thing". Give a model.onnx, or the folder of a run/,
    ],
    [
      'a folder of photos',
      'album',
      /The folder ".*album" holds no model\.onnx. Give a model.onnx, or the folder of a run/,
    ],
  ])('is not %s', async (_what, name, message) => {
    const told = await chiquito(['predict', at(name), at('album', '30.png')])
    expect(told).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(message) })
  })
})

it('tells of the model and the photos in the wrong order, and what a file is that is no model', async () => {
  const photo = at('album/30.png')
  for (const [first, second] of [
    [photo, at('run')],
    [at('data'), path.join(at('run'), 'model.onnx')],
  ]) {
    const told = await chiquito(['predict', first, second])
    expect(told.status).toBe(2)
    expect(told.stderr).toContain(
      `The model comes first, then the photos: chiquito predict ${second} ${first}\n`,
    )
  }
  const told = await chiquito(['predict', photo, photo])
  expect([told.status, told.stderr]).toEqual([1, `chiquito: ${photo} is a picture, not an ONNX model.\n`])
})
