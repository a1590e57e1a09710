// The same photo through our import gives the features that PyTorch gives for it as its authors prepare it, wherever
// that is written: scripts/fixtures/preprocessing.py.
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Backbone, featureModel, type PreprocessingOptions } from '../src/backbones/index.js'
import { asFloat32, uint8 } from '../src/core/index.js'
import { Session } from '../src/engine/index.js'
import { decode } from '../src/images/index.js'
import { ImageData, Learner, loadBackbone } from '../src/index.js'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { readFixture } from './support/stored.js'

const stored = new URL('fixtures/preprocessing/', import.meta.url)
const fixtures = fileURLToPath(stored)

interface Case {
  /** `plain.onnx` where absent. */
  readonly network?: string
  readonly file?: string
  readonly config?: unknown
  readonly features: number[]
}

const { cases, options } = readFixture<{
  cases: Record<string, Case>
  options: Record<string, number[]>
}>(new URL('cases.json', stored))

/** A folder with the network and what lies beside it. */
function folderOf({ network = 'plain.onnx', file, config }: Omit<Case, 'features'>, inner = ''): string {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, inner), { recursive: true })
  copyFileSync(path.join(fixtures, network), path.join(folder, inner, 'mine.onnx'))
  if (file !== undefined) writeFileSync(path.join(folder, file), JSON.stringify(config))
  return path.join(folder, inner, 'mine.onnx')
}

interface Loaded {
  readonly backbone: Backbone
  readonly notices: readonly string[]
}

async function load(file: string, preprocessing?: PreprocessingOptions): Promise<Loaded> {
  const notices: string[] = []
  const progress = (event: { kind: string; message?: string }) => event.message && notices.push(event.message)
  return { backbone: await loadBackbone(file, { preprocessing, progress }), notices }
}

/** What the network makes of the photo, from its bytes. */
async function featuresOf(backbone: Backbone): Promise<number[]> {
  const { data, width, height } = await decode(readFileSync(path.join(fixtures, 'photo.png')), {
    name: 'photo.png',
    shortSide: 64,
  })
  const last = backbone.layers[backbone.layers.length - 1].name
  const session = await Session.open(
    featureModel(backbone, { size: 64, layers: [{ name: last, pools: ['avg'] }] }),
    {},
  )
  const { features } = await session.run({ pixels: uint8(Uint8Array.from(data), [1, height, width, 3]) })
  await session.close()
  return [...asFloat32(features, 'features').data]
}

function expectAlike(found: readonly number[], expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs))
  expect(found).toHaveLength(expected.length)
  for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i]) / scale).toBeLessThan(2e-5)
}

describe('features are those of PyTorch', () => {
  it.each(Object.entries(cases))('%s', async (_, one) => {
    const file = folderOf(one)
    const { backbone, notices } = await load(file)
    expectAlike(await featuresOf(backbone), one.features)
    // Custom Vision's metadata do not say how large photos are.
    expect(backbone.inputSize).toBe(one.network === 'custom-vision.onnx' ? 224 : 64)
    const sources = [one.file ?? /its own first layers|takes bytes|metadata/]
    for (const source of sources) expect(notices).toEqual([expect.stringMatching(source)])
    expect(notices[0]).toMatch(/^Preprocessing of mine\.onnx: .*(mean|values from)/)
  })

  it.each<[string, PreprocessingOptions]>([
    ["ImageNet's", { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }],
    ["ImageNet's", { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] }],
    ["ImageNet's", { mean: [0.406, 0.456, 0.485], std: [0.225, 0.224, 0.229], range: '0..1' }],
    ["Caffe's", { mean: [103.939, 116.779, 123.68], channels: 'bgr' }],
    ['from -1 to 1', { range: '-1..1' }],
    ['from -1 to 1', { mean: 0.5, std: 0.5 }],
    ['from -1 to 1', { mean: 127.5, std: 127.5, range: '0..255' }],
  ])('%s by options %j', async (name, preprocessing) => {
    const { backbone, notices } = await load(folderOf({}), preprocessing)
    const isTurned = preprocessing.mean !== undefined && [preprocessing.mean].flat()[0] === 0.406
    if (!isTurned) expectAlike(await featuresOf(backbone), options[name])
    expect(notices).toEqual([expect.stringMatching(/^Preprocessing of mine\.onnx: .*, as given\.$/)])
  })
})

describe('where it is looked for', () => {
  const vit = cases.vit

  it("is one folder up, too, in transformers.js' layout, and by way of links", async () => {
    const { backbone, notices } = await load(folderOf(vit, 'onnx'))
    expectAlike(await featuresOf(backbone), vit.features)
    expect(notices[0]).toMatch(/preprocessor_config\.json/)
    const folder = temporaryFolder()
    const [blobs, snapshot] = ['blobs', 'snapshot/onnx'].map(name => path.join(folder, name))
    for (const one of [blobs, snapshot]) mkdirSync(one, { recursive: true })
    copyFileSync(path.join(fixtures, 'plain.onnx'), path.join(blobs, 'a'))
    writeFileSync(path.join(blobs, 'b'), JSON.stringify(vit.config))
    symlinkSync('../../blobs/a', path.join(snapshot, 'model.onnx'))
    symlinkSync('../blobs/b', path.join(folder, 'snapshot', 'preprocessor_config.json'))
    const linked = await load(path.join(snapshot, 'model.onnx'))
    expectAlike(await featuresOf(linked.backbone), vit.features)
  })

  it('is not one folder up elsewhere: that may be anything', async () => {
    const { notices } = await load(folderOf(vit, 'networks'))
    expect(notices).toEqual([
      expect.stringMatching(/ImageNet's mean and deviation are assumed.*0\.485.*--mean, --std/),
    ])
  })

  it.each([
    ['another program', { name: 'my-app', version: '1.0.0' }],
    ['nothing', {}],
    ['a list', []],
  ])('is not in a config.json of %s', async (_, config) => {
    const { backbone, notices } = await load(folderOf({ file: 'config.json', config }))
    expect(backbone.preprocessing.mean[0]).toBeCloseTo(123.675)
    expect(notices[0]).toMatch(/are assumed/)
  })

  it('is the size of photos, where the network takes any', async () => {
    const config = vit.config as object satisfies object
    const large = { ...config, size: { height: 96, width: 96 } }
    expect((await load(folderOf({ ...vit, config: large }))).backbone.inputSize).toBe(96)
    const alone = { model_type: 'vit', image_size: 128 }
    expect((await load(folderOf({ file: 'config.json', config: alone }))).backbone.inputSize).toBe(128)
    // What the file itself takes comes first.
    const fixed = { network: 'rescaling.onnx', file: 'config.json', config: alone }
    expect((await load(folderOf(fixed))).backbone.inputSize).toBe(64)
  })
})

describe('features are another backbone’s', () => {
  it('where photos are prepared otherwise, and the same one’s where they are prepared alike', async () => {
    const id = async (one: Case, preprocessing?: PreprocessingOptions) =>
      (await load(folderOf(one), preprocessing)).backbone.id
    const plain: Case = { features: [] }
    const [assumed, half, beside] = [
      await id(plain),
      await id(plain, { mean: 0.5, std: 0.5 }),
      await id(cases.vit),
    ]
    expect(new Set([assumed, half, await id(cases.mobilevit)]).size).toBe(3)
    expect(beside).toBe(half)
    expect(await id(plain, { channels: 'bgr' })).not.toBe(assumed)
  })
})

describe('what cannot be is refused', () => {
  const vit = cases.vit.config as Record<string, unknown>
  it.each<[string, string, unknown, RegExp]>([
    [
      'deviations of 0',
      'preprocessor_config.json',
      { ...vit, image_std: [0.5, 0, 0.5] },
      /preprocessor_config\.json .*image_std.*above 0, but is \[0\.5,0,0\.5\]/,
    ],
    [
      'two numbers',
      'preprocessor_config.json',
      { ...vit, image_mean: [0.5, 0.5] },
      /image_mean.*three numbers, by channel, but is \[0\.5,0\.5\]/,
    ],
    ['text', 'preprocessor_config.json', { ...vit, image_mean: 'mean' }, /image_mean.*three numbers/],
    [
      'a mean missing',
      'preprocessor_config.json',
      { ...vit, image_mean: null },
      /normalises photos but has no image_mean.*mean, std/,
    ],
    ['a factor of 0', 'preprocessor_config.json', { ...vit, rescale_factor: 0 }, /rescale_factor.*above 0/],
    ['no photos’ numbers', 'preprocessor_config.json', { ...vit, image_mean: 1e30 }, /no photos have/],
    [
      'photos without end',
      'preprocessor_config.json',
      { ...vit, size: 90_000 },
      /90000 pixels a side; 32 to 2048/,
    ],
    ['a size below any', 'preprocessor_config.json', { ...vit, size: -1 }, /size.*>=1/],
    [
      'timm’s deviations of 0',
      'config.json',
      { pretrained_cfg: { mean: [0, 0, 0], std: [0, 0, 0] } },
      /config\.json .*std.*above 0/,
    ],
  ])('%s in a file', async (_, file, config, message) => {
    await expect(load(folderOf({ file, config }))).rejects.toMatchObject({
      code: 'model',
      message: expect.stringMatching(message),
    })
  })

  it('files that contradict each other, naming both', async () => {
    const file = folderOf(cases.vit)
    writeFileSync(path.join(path.dirname(file), 'config.json'), JSON.stringify(cases.timm.config))
    await expect(load(file)).rejects.toThrow(
      /preprocessor_config\.json says mean 0\.5 .*, but config\.json says mean 0\.5, 0\.4, 0\.3.* give mean and std yourself/,
    )
    const { notices } = await load(file, { mean: 0.5, std: 0.5 })
    expect(notices[0]).toMatch(/as given/)
  })

  it('a file that contradicts the network itself', async () => {
    const file = folderOf({ ...cases.timm, network: 'rescaling.onnx' })
    await expect(load(file)).rejects.toThrow(
      /first layers make of values from 0 to 255.*mean 0\.5 .*but config\.json says/,
    )
    // One that says what the layers do is no contradiction, and nothing is normalised twice.
    const agreeing = await load(folderOf({ ...cases.vit, network: 'rescaling.onnx' }))
    expectAlike(await featuresOf(agreeing.backbone), cases['rescaling.onnx'].features)
  })

  it('what is no JSON, or more than any configuration', async () => {
    const file = folderOf({})
    const beside = path.join(path.dirname(file), 'preprocessor_config.json')
    writeFileSync(beside, '{"image_mean": NaN}')
    await expect(load(file)).rejects.toThrow(/preprocessor_config\.json" is not JSON/)
    writeFileSync(beside, Buffer.alloc(9 * 2 ** 20, 32))
    await expect(load(file)).rejects.toThrow(/has 9437184 bytes; a configuration has at most/)
  })

  it.each<[PreprocessingOptions, RegExp]>([
    [{ mean: [0.5, 0.5] }, /mean must be one number or three, by channel, but is \[0\.5,0\.5\]/],
    [{ std: 0 }, /std must be above 0 for every channel, but is 0/],
    [{ std: [0.5, 0.5, -1] }, /std must be above 0/],
    [{ mean: Number.NaN }, /mean must be one number or three/],
    [
      { mean: 0.5, std: 127.5 },
      /not clear what range mean 0\.5 and std 127\.5 are of.*0\.\.255, 0\.\.1, -1\.\.1/,
    ],
    [{ mean: 0, std: 1 }, /not clear what range/],
    [{ mean: 1e9, range: '0..255' }, /mean and std must be such as photos have/],
  ])('options %j', async (preprocessing, message) => {
    await expect(load(folderOf({}), preprocessing)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
    })
  })

  it('numbers for a network that takes bytes; an order of channels is none', async () => {
    const file = folderOf({ network: 'bytes.onnx' })
    await expect(load(file, { mean: 0.5, std: 0.5 })).rejects.toThrow(
      /left out for mine\.onnx, which takes bytes/,
    )
    expect((await load(file, { channels: 'bgr' })).backbone.preprocessing.channels).toBe('bgr')
  })

  it('of networks of our own', async () => {
    await expect(load('efficientnet-lite0', { mean: 0.5, std: 0.5 })).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('a run', () => {
  const folder = suiteFolder()
  const photos = path.join(folder, 'photos')
  const env = { CHIQUITO_CACHE: path.join(folder, 'cache') }
  const train = (file: string, out: string, ...more: string[]) =>
    chiquito(
      ['train', photos, '--out', path.join(folder, out), '--backbone', file, '--size', '64', ...more],
      { env },
    )
  const record = (out: string) => JSON.parse(readFileSync(path.join(folder, out, 'run.json'), 'utf8'))

  beforeAll(async () => {
    writeTree(
      {
        ...(await drawings('ball', 'ball', 12, { side: 64 })),
        ...(await drawings('wave', 'wave', 12, { side: 64 })),
      },
      photos,
    )
  })

  it('says which was used, keeps it, and goes on with it when the file beside is gone', async () => {
    const file = folderOf(cases.clip)
    const told = await train(file, 'clip', '--fine-tune', 'never')
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/Preprocessing of mine\.onnx: mean 0\.4815, .*from preprocessor_config\.json/)
    const { backbone } = record('clip')
    expect(backbone.inputSize).toBe(64)
    expect(backbone.preprocessing.mean[0]).toBeCloseTo(0.48145466 * 255)
    const metrics = JSON.parse(readFileSync(path.join(folder, 'clip', 'metrics.json'), 'utf8'))
    expect(metrics.notices).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Preprocessing of mine\.onnx/)]),
    )
    // As if it had been cut off, with what lay beside the network gone.
    rmSync(path.join(path.dirname(file), 'preprocessor_config.json'))
    const cutOff = { ...record('clip'), state: 'interrupted' }
    writeFileSync(path.join(folder, 'clip', 'run.json'), JSON.stringify(cutOff))
    const again = await train(file, 'clip', '--resume')
    expect(again.status, again.stderr).toBe(0)
    expect(again.stderr).toMatch(/Preprocessing of mine\.onnx: mean 0\.4815, .*as the run began with/)
    expect(record('clip').backbone).toEqual(backbone)
  })

  it('takes options, which stand in the command that repeats it', async () => {
    const given = ['--mean', '103.939,116.779,123.68', '--channels', 'bgr', '--fine-tune', 'never']
    const told = await train(folderOf({}), 'caffe', ...given)
    expect(told.status, told.stderr).toBe(0)
    expect(record('caffe').backbone.preprocessing).toEqual({
      mean: [103.939, 116.779, 123.68],
      std: [1, 1, 1],
      channels: 'bgr',
    })
    expect(readFileSync(path.join(folder, 'caffe', 'report.html'), 'utf8')).toContain(
      '--mean 103.939,116.779,123.68',
    )
    const ranged = await train(folderOf({}), 'ranged', '--range', '-1..1', '--fine-tune', 'never')
    expect(ranged.status, ranged.stderr).toBe(0)
    expect(record('ranged').backbone.preprocessing).toMatchObject({
      mean: [127.5, 127.5, 127.5],
      std: [127.5, 127.5, 127.5],
    })
  })

  it.each([
    [['--mean', '0.5,0.5'], /mean must be one number or three/],
    [['--std', '0'], /std must be above 0/],
    [['--channels', 'gbr'], /--channels must be rgb or bgr/],
    [['--range', '0..2'], /--range must be 0\.\.255, 0\.\.1 or -1\.\.1/],
  ])('refuses %j before any work', async (given, message) => {
    const { status, stderr } = await train(folderOf({}), 'refused', ...given)
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
  })

  it('is one of the library, too', async () => {
    const notices: string[] = []
    const learn = await Learner.pretrained(
      folderOf({}),
      await ImageData.fromFolder(photos, { size: 64, seed: 0 }),
      {
        preprocessing: { mean: 0.5, std: 0.5 },
        progress: event => event.kind === 'notice' && notices.push(event.message),
      },
    )
    await learn.close()
    expect(learn.backbone.preprocessing.mean).toEqual([127.5, 127.5, 127.5])
    expect(notices).toContainEqual(expect.stringMatching(/as given/))
  })
})
