// What people bring and type, a line each: what is done, how it ends, and what is said. Through the command line.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateResult } from '../src/actions/evaluate.js'
import type { TrainResult } from '../src/actions/train.js'
import type { RecordedPhoto } from '../src/dataset/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { canDropRights, temporaryFolder, writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const cache = at('cache')
/** Flat classes, with runs kept among them. */
const data = at('data')
/** `train/` and `test/`, and a run on it. */
const parted = at('parted')
const run = at('parted run')

const quick = ['--fine-tune', 'never', '--size', '64', '--threads', '1']

const call = (args: readonly string[]) => chiquito(args, { env: { CHIQUITO_CACHE: cache } })

async function trained(args: readonly string[]): Promise<TrainResult> {
  const told = await call(['train', ...args, ...quick, '--json'])
  expect(told.status, told.stderr).toBe(0)
  return documentOf(told)
}

beforeAll(async () => {
  writeTree({ ...(await drawings('ball', 'ball', 8)), ...(await drawings('wave', 'wave', 8)) }, data)
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 8)),
      ...(await drawings('train/wave', 'wave', 8)),
      ...(await drawings('test/ball', 'ball', 3, { from: 20 })),
      ...(await drawings('test/wave', 'wave', 3, { from: 20 })),
    },
    parted,
  )
  writeTree({ ...(await drawings('album', 'ball', 2, { from: 40 })) }, folder)
  await trained([parted, '--out', run])
})

describe('runs kept inside the data set', () => {
  it('are never input, at any depth, whatever became of them', async () => {
    const { photos, labels } = await trained([data, '--out', path.join(data, 'runs/first')])
    expect(labels).toEqual(['ball', 'wave'])
    const inside = ['runs/second', 'runs/more/third', 'ball/fourth']
    for (const name of inside)
      expect(await trained([data, '--out', path.join(data, name)])).toMatchObject({ photos, labels })
    cpSync(path.join(data, 'runs/first'), path.join(data, 'copied'), { recursive: true })
    cpSync(path.join(data, 'runs/first/figures'), path.join(data, 'pictures'), { recursive: true })
    symlinkSync('first', path.join(data, 'runs/latest'))
    writeTree(
      { 'begun/.lock': '{}', 'app/chiquito.json': '{"format":"chiquito-app"}', 'app/icon.png': 'x' },
      data,
    )
    const cut = path.join(data, 'runs/second/run.json')
    writeFileSync(cut, readFileSync(cut, 'utf8').slice(0, 60))
    expect(await trained([data, '--out', at('outside')])).toMatchObject({ photos, labels })
    const judged = await call(['predict', at('outside'), data, '--json'])
    expect(documentOf(judged)).toMatchObject({ unreadable: [], predictions: { length: 16 } })
  })

  it('are gone on with', async () => {
    const out = path.join(data, 'runs/stopped')
    cpSync(path.join(data, 'runs/first'), out, { recursive: true })
    const record = path.join(out, 'run.json')
    writeFileSync(record, readFileSync(record, 'utf8').replace('"finished"', '"interrupted"'))
    rmSync(path.join(out, 'model.onnx'))
    const told = await call(['train', data, '--out', out, '--resume', '--json', ...quick])
    expect(told.status, told.stderr).toBe(0)
    const model = (name: string) => readFileSync(path.join(name, 'model.onnx'))
    expect(model(out).equals(model(path.join(data, 'runs/first')))).toBe(true)
  })
})

describe('test photos', () => {
  it('are told of in the terminal, the report and the figures', async () => {
    const figures = { count: 6, right: 6, accuracy: 1, interval: [expect.closeTo(0.61, 2), 1] }
    expect(JSON.parse(readFileSync(path.join(run, 'metrics.json'), 'utf8')).test).toMatchObject(figures)
    const report = readFileSync(path.join(run, 'report.html'), 'utf8')
    expect(report).toContain('accuracy on 6 test photos')
    const sentence = 'Of the test photos, kept apart from all choices: 6 of 6 right (0.61 to 1.00).'
    expect(report).toContain(sentence)
    const told = await call(['train', parted, '--out', at('again'), ...quick])
    expect(told.stdout).toContain(sentence)
    const judged = await call(['evaluate', run, '--json'])
    expect(documentOf(judged)).toMatchObject({ split: 'valid', test: { split: 'test', ...figures } })
    const text = await call(['evaluate', run])
    expect(text.stdout).toMatch(/^\d of \d validation photos right/)
    expect(text.stdout).toMatch(/^6 of 6 test photos right \(95 % interval 0\.61 to 1\.00\)/m)
  })

  it.each<[string, string, EvaluateResult['split'], number]>([
    ['test', 'test', 'test', 6],
    ['validation', 'test', 'valid', 6],
    ['my-test', 'test', 'test', 6],
    ['train', 'train', 'train', 16],
    ['', 'test', 'test', 6],
    ['val/ball', 'test/ball', 'valid', 3],
  ])('a folder that has only "%s/" is measured', async (name, from, split, count) => {
    const root = temporaryFolder()
    cpSync(path.join(parted, from), path.join(root, 'photos', name), { recursive: true })
    const told = await call(['evaluate', run, path.join(root, 'photos'), '--json'])
    expect(told.status, told.stderr).toBe(0)
    expect(documentOf(told)).toMatchObject({ split, count, right: count })
  })
})

describe('photos that a run learnt from', () => {
  it('are named where they are judged again, whatever they are called, and the others are counted apart', async () => {
    const root = writeTree(await drawings('wave', 'wave', 2, { from: 30 }))
    cpSync(path.join(parted, 'test/ball'), path.join(root, 'ball'), { recursive: true })
    const { photos } = JSON.parse(readFileSync(path.join(run, 'split.json'), 'utf8'))
    const learnt = photos.filter((photo: RecordedPhoto) => photo.split === 'train')
    cpSync(path.join(parted, learnt[0].path), path.join(root, learnt[0].label, 'renamed.png'))
    const sentence =
      /^! 1 of these 6 photos is among those that the run learnt from \(.*renamed\.png\); without them 5 of 5 right/m
    for (const model of [run, path.join(run, 'model.onnx')]) {
      expect((await call(['evaluate', model, root])).stdout).toMatch(sentence)
      expect(documentOf(await call(['evaluate', model, root, '--json']))).toMatchObject({
        learnt: 1,
        leaks: [{ train: learnt[0].path, valid: `${learnt[0].label}/renamed.png` }],
        withoutLeaks: { count: 5 },
      })
    }
    const known = temporaryFolder()
    for (const { path: name } of learnt) cpSync(path.join(parted, name), path.join(known, name))
    const again = await call(['evaluate', run, path.join(known, 'train')])
    expect(again.stdout).toContain(
      'The run learnt from these very photos, so this does not say how it does on others.',
    )
  })

  it('are not looked for in a model without its run', async () => {
    const root = temporaryFolder()
    cpSync(path.join(run, 'model.onnx'), path.join(root, 'model.onnx'))
    const told = await call(['evaluate', path.join(root, 'model.onnx'), path.join(parted, 'train'), '--json'])
    expect(documentOf(told)).toMatchObject({ count: 16, leaks: [] })
    expect(documentOf(told)).not.toHaveProperty('learnt')
  })
})

it('photos that cannot be read are told of once by evaluate', async () => {
  const root = writeTree({ ...(await drawings('ball', 'ball', 2, { from: 50 })), 'ball/page.jpg': '<html>' })
  const told = await call(['evaluate', run, root])
  expect(told.stdout).toMatch(/^! 1 of 3 photos could not be used: .*web page.*: ball\/page\.jpg\.$/m)
  expect(told.stdout.match(/page\.jpg/g)).toHaveLength(1)
})

describe('an option', () => {
  it.each<[string, string[], number, RegExp]>([
    [
      '--epochs with --fine-tune never',
      ['--fine-tune', 'never', '--epochs', '3'],
      2,
      /--epochs has no effect with --fine-tune never/,
    ],
    [
      '--epochs with fastai-2018',
      ['--recipe', 'fastai-2018', '--epochs', '3'],
      2,
      /--epochs has no effect with --recipe fastai-2018/,
    ],
    [
      '--checkpoint-seconds without epochs',
      ['--fine-tune', 'never', '--checkpoint-seconds', '3'],
      2,
      /--checkpoint-seconds has no effect with --fine-tune never/,
    ],
    ['--resume with --overwrite', ['--resume', '--overwrite'], 2, /Leave one of them out/],
    [
      '--mean for a network that has its own',
      ['--mean', '0.5'],
      2,
      /--mean, --std, --channels and --range have no effect without/,
    ],
  ])('that can have no effect is refused: %s', async (_what, args, status, message) => {
    const out = path.join(temporaryFolder(), 'run')
    const told = await call(['train', at('no photos here'), '--out', out, ...args])
    expect(told.stderr).toMatch(message)
    expect(told.status).toBe(status)
  })

  it('that changes nothing on these photos is said to, once', async () => {
    const args = ['--valid-fraction', '0.3', '--device', 'cuda', ...quick]
    const root = writeTree({})
    cpSync(path.join(parted, 'train'), path.join(root, 'train'), { recursive: true })
    cpSync(path.join(parted, 'test'), path.join(root, 'valid'), { recursive: true })
    const told = await call(['train', root, '--out', at('told'), ...args])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr.match(/--valid-fraction changes nothing/g)).toHaveLength(1)
    expect(told.stderr.match(/CUDA cannot be used here .*; using the CPU instead/g)).toHaveLength(1)
    for (const command of [
      ['predict', run, at('album')],
      ['evaluate', run],
    ]) {
      const again = await call([...command, '--device', 'cuda'])
      expect(again.status, again.stderr).toBe(0)
      expect(again.stderr.match(/CUDA cannot be used here/g)).toHaveLength(1)
    }
  })

  it('that is not that of the run is refused with --resume', async () => {
    const out = at('resumed')
    cpSync(run, out, { recursive: true })
    const record = path.join(out, 'run.json')
    writeFileSync(record, readFileSync(record, 'utf8').replace('"finished"', '"interrupted"'))
    const told = await call(['train', parted, '--out', out, '--resume', '--seed', '5'])
    expect(told).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/--seed cannot be 5 now, it began with 0.*Leave the option out/),
    })
  })

  it('--address of the demo is for the photos that are fetched', async () => {
    const told = await call(['demo', '--out', at('demo'), '--address', 'https://example.org/a.zip'])
    expect(told).toMatchObject({ status: 2, stderr: expect.stringMatching(/--address has no effect/) })
  })
})

describe('what is wrong', () => {
  const photo = () => at('album/40.png')
  it.each<[string, () => string[], number, RegExp]>([
    [
      'photos that are a run',
      () => ['train', run, '--out', at('x')],
      1,
      /holds what chiquito wrote, not photos/,
    ],
    [
      '--out is the data set',
      () => ['train', parted, '--out', parted],
      2,
      /is not empty and is no run of chiquito/,
    ],
    ['--out is a class folder', () => ['train', data, '--out', path.join(data, 'ball')], 2, /is not empty/],
    [
      'a backbone nobody knows',
      () => ['train', parted, '--out', at('x'), '--backbone', 'resnet19'],
      2,
      /backbone must be one of/,
    ],
    [
      'a plot nowhere',
      () => ['find-rate', parted, '--plot', at('no/where.svg')],
      1,
      /Cannot write into ".*no": there is no such/,
    ],
    [
      'a run whose record is cut short',
      () => ['evaluate', broken('{\n  "format": "chiquito-run",')],
      1,
      /run\.json" is damaged/,
    ],
    [
      "a run whose record is another program's",
      () => ['evaluate', broken('{"a":1}')],
      1,
      /run\.json" is damaged, or no record of a run of chiquito's/,
    ],
    [
      'a run of a later version',
      () => ['evaluate', broken('{"format":"chiquito-run","version":9}')],
      1,
      /was written by a newer chiquito\. Update/,
    ],
    ['a run that is a photo', () => ['evaluate', photo(), parted], 1, /is a picture, not an ONNX model/],
    [
      'a model that is a device',
      () => ['predict', '/dev/null', photo()],
      1,
      /is a pipe, a device or a socket/,
    ],
    [
      'a run that was not finished',
      () => ['predict', unfinished(), photo()],
      1,
      /was not finished: go on with it/,
    ],
    ['a folder without a photo', () => ['predict', run, temporaryFolder()], 2, /There is no photo to judge/],
    ['a device for a photo', () => ['predict', run, '/dev/zero'], 1, /^$/],
  ])('is said: %s', async (_what, args, status, message) => {
    const told = await call(args())
    expect(told.status, told.stderr).toBe(status)
    if (status === 2 || told.stderr.includes('chiquito:')) expect(told.stderr).toMatch(message)
    else expect(told.stdout).toMatch(/not judged: .*: it is a pipe, a device or a socket/)
  })

  function broken(record: string): string {
    const root = temporaryFolder()
    cpSync(run, root, { recursive: true })
    writeFileSync(path.join(root, 'run.json'), record)
    return root
  }

  function unfinished(): string {
    const root = temporaryFolder()
    const record = readFileSync(path.join(run, 'run.json'), 'utf8')
    writeFileSync(path.join(root, 'run.json'), record.replace('"finished"', '"interrupted"'))
    return root
  }
})

describe('predict', () => {
  it.skipIf(!canDropRights)(
    'answers beside a folder that may not be read (only root can become another user)',
    async context => {
      const root = writeTree({
        ...(await drawings('.', 'ball', 2)),
        ...(await drawings('closed', 'ball', 1)),
      })
      const { chmodSync } = await import('node:fs')
      chmodSync(path.join(root, 'closed'), 0o700)
      chmodSync(folder, 0o755)
      const nobody = { uid: 65534, gid: 65534 }
      if ((await chiquito(['--version'], nobody)).status !== 0)
        context.skip('another user cannot read this checkout')
      const told = await chiquito(['predict', run, root, '--json'], nobody)
      expect(told.status, told.stderr).toBe(0)
      expect(documentOf(told)).toMatchObject({
        predictions: [{ label: 'ball' }, { label: 'ball' }],
        unreadable: [{ path: path.join(root, 'closed'), reason: expect.stringMatching(/permission denied/) }],
      })
      const forbidden = temporaryFolder()
      cpSync(run, forbidden, { recursive: true })
      chmodSync(forbidden, 0o700)
      for (const command of [
        ['predict', forbidden, root],
        ['evaluate', forbidden, root],
      ])
        expect(await chiquito(command, nobody)).toMatchObject({
          status: 1,
          stderr: expect.stringMatching(/permission denied/),
        })
    },
  )

  it('prints every name in a line of its own, and gives it whole as JSON', async () => {
    const name = 'a\nball 99 % nothing\u001b[31m.png'
    const root = temporaryFolder()
    mkdirSync(path.join(root, 'in'))
    cpSync(at('album/40.png'), path.join(root, 'in', name))
    const text = await call(['predict', run, root])
    expect(text.stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(text.stdout).not.toContain('\u001b')
    expect(documentOf(await call(['predict', run, root, '--json']))).toMatchObject({
      predictions: [{ path: path.join(root, 'in', name) }],
    })
  })

  it('answers each time a photo is named, and as often', async () => {
    const photo = at('album/40.png')
    const told = await call(['predict', run, photo, at('album'), photo, '--json'])
    const { predictions } = documentOf<{ predictions: { path: string }[] }>(told)
    expect(predictions.map(({ path: file }) => path.basename(file))).toEqual([
      '40.png',
      '40.png',
      '41.png',
      '40.png',
    ])
  })
})
