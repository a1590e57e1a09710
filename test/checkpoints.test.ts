// Weights as people have them, in files that PyTorch, transformers and fastai wrote: scripts/fixtures/checkpoints.py.
// Every tensor holds its own number, so what is read is known to be the right one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { asFloat32 } from '../src/core/index.js'
import { ChiquitoError, loadBackbone } from '../src/index.js'
import { chiquito } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const fixtures = fileURLToPath(new URL('fixtures/checkpoints/', import.meta.url))

function unpacked(name: string): string {
  const file = path.join(temporaryFolder(), name)
  writeFileSync(file, gunzipSync(readFileSync(path.join(fixtures, `${name}.gz`))))
  return file
}

async function load(nameOrPath: string) {
  const notices: string[] = []
  const backbone = await loadBackbone(nameOrPath, {
    progress: event => event.kind === 'notice' && notices.push(event.message),
  })
  return { backbone, notices }
}

async function refusal(nameOrPath: string): Promise<string> {
  const error = await loadBackbone(nameOrPath).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ChiquitoError)
  return error instanceof ChiquitoError ? `${error.code}: ${error.message}` : ''
}

/** Tensors from the first to the last, and their numbers over 256. */
const numbers = {
  'conv1.weight': 1,
  'bn1.running_var': 5,
  'layer1.0.conv1.weight': 7,
  'layer4.1.bn2.running_var': 119,
}

describe('a checkpoint is read', () => {
  it.each<[string, RegExp | undefined]>([
    ['plain.pth', undefined],
    ['whole.pth', undefined],
    ['protocol-4.pth', undefined],
    ['double.pth', undefined],
    ['five-classes.bin', undefined],
    ['no-head.pth', undefined],
    ['script.pt', undefined],
    ['parallel.pth', /names without "module\."/],
    ['legacy.pth', /names without "module\."/],
    ['compiled.pth', /names without "_orig_mod\.module\."/],
    [
      'backbone.pth',
      /names without "net\.backbone\."; left out: net\.backbone\.fc\.weight.*net\.head\.weight \[3, 512\]/,
    ],
    ['imagenet-example.pth.tar', /taken from "state_dict"; names without "module\."/],
    ['timm.pth.tar', /taken from "state_dict_ema"; not used: "state_dict", which would fit, too/],
    ['dino.pth', /taken from "teacher".*not used: "student"/],
    ['moco.pth', /names without "module\.encoder_q\."; left out: .*module\.queue \[4, 8\]/],
    ['lightning.ckpt', /taken from "state_dict"; names without "model\."/],
    ['odd-name.pt', /taken from "meine_gewichte"/],
    ['whole-parallel.pt', /taken from "model"; names without "module\."/],
    ['legacy-protocol-4.pth', /taken from "net"/],
    ['bfloat16.safetensors', /names without "resnet\."/],
    ['transformers.safetensors', /names without "resnet\."; by transformers' names/],
    ['dropout-head.pth', /left out: fc\.1\.weight \[3, 512\], fc\.1\.bias \[3\]/],
    [
      'fastai-save.pth',
      /taken from "model"; names without "0\."; by fastai's numbers; left out: 1\.2\.weight/,
    ],
    ['fastai-export.pkl', /taken from "model".*by fastai's numbers/],
  ])('%s', async (name, notice) => {
    const file = unpacked(name)
    for (const given of [`resnet18=${file}`, file]) {
      const { backbone, notices } = await load(given)
      expect(backbone.name).toBe('resnet18')
      const { initializers } = backbone.network({ size: 64, batch: 1 })
      for (const [tensor, number] of Object.entries(numbers)) {
        const { data } = asFloat32(initializers.get(tensor), tensor)
        expect([data[0], data[data.length - 1]], tensor).toEqual([number / 256, number / 256])
      }
      expect(notices).toEqual(notice ? [expect.stringMatching(notice)] : [])
      if (notice) expect(notices[0]).toMatch(`Weights of resnet18 from ${name}: `)
    }
  })

  it('is not run: what it would call stands for an object that does nothing', async () => {
    const written: string[] = []
    const log = console.log
    console.log = (...words: unknown[]) => void written.push(words.join(' '))
    try {
      expect((await load(unpacked('calls-print.pth'))).backbone.name).toBe('resnet18')
    } finally {
      console.log = log
    }
    expect(written).toEqual([])
  })
})

describe('a file without weights that fit is refused', () => {
  it('where it names what runs programs, though its weights are there', async () => {
    expect(await refusal(unpacked('runs-a-program.pth'))).toMatch(
      /model: .*runs-a-program\.pth .*"posix\.system".*Do not load this file in Python either; nothing in it was run/,
    )
    expect(existsSync('/tmp/chiquito-was-run')).toBe(false)
  })

  it('where they are of another network, naming that', async () => {
    const file = unpacked('resnet34.pth')
    expect(await refusal(`resnet18=${file}`)).toMatch(
      /does not hold the weights of resnet18: it has a tensor layer1\.2\..* more\. They are the weights of resnet34: --backbone resnet34=/,
    )
    expect(await refusal(`resnet50=${file}`)).toMatch(
      /resnet50: tensor layer1\.0\.conv1\.weight must be \[64, 64, 1, 1\], but is \[64, 64, 3, 3\]; .*; and \d+ more\. They are the weights of resnet34/,
    )
    expect((await load(file)).backbone.name).toBe('resnet34')
  })

  it('where it holds none', async () => {
    expect(await refusal(unpacked('nothing.pth'))).toMatch(
      /it holds no tensors; save the weights alone, in Python: torch\.save\(model\.state_dict\(\), "weights\.pth"\)/,
    )
  })

  it.each<[string, string | Uint8Array, RegExp]>([
    [
      'a plain pickle',
      'pickled.pkl',
      /is a pickle that torch\.save did not write: .*torch\.save\(model\.state_dict\(\)/,
    ],
    ["Keras' .h5", Buffer.from('\x89HDF\r\n\x1a\n and so on', 'latin1'), /HDF5.*\.onnx file/],
    ['TensorFlow Lite', Buffer.from('\x1c\0\0\0TFL3 and so on', 'latin1'), /TensorFlow Lite.*\.onnx file/],
    [
      'a pointer of Git LFS',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      /Git LFS.*git lfs pull/,
    ],
    ['a web page', Buffer.from('<!DOCTYPE html><html><head>'), /a web page: download the file itself again/],
    ['an index', Buffer.from('{"metadata": {}, "weight_map": {}}'), /JSON.*save_pretrained/],
    ['gzip', readFileSync(path.join(fixtures, 'nothing.pth.gz')), /compressed \(gzip\): unpack it first/],
    [
      'a tar archive',
      Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\x0000'), Buffer.alloc(300)]),
      /tar archive/,
    ],
    ['nothing', Buffer.alloc(0), /is empty/],
  ])(
    'where it is %s, which is said, and never that it is a safetensors file',
    async (_, content, message) => {
      const file =
        typeof content === 'string' ? unpacked(content) : path.join(temporaryFolder(), 'weights.pth')
      if (typeof content !== 'string') writeFileSync(file, content)
      const said = await refusal(`resnet18=${file}`)
      expect(said).toMatch(message)
      expect(said).not.toMatch(/safetensors file/)
    },
  )
})

describe('the command line', () => {
  it('says what was chosen, and trains on it', async () => {
    const photos = writeTree({
      ...(await drawings('ball', 'ball', 8, { side: 64 })),
      ...(await drawings('wave', 'wave', 8, { side: 64 })),
    })
    const out = path.join(temporaryFolder(), 'run')
    const weights = `resnet18=${unpacked('timm.pth.tar')}`
    const options = ['--backbone', weights, '--size', '64', '--fine-tune', 'never', '--no-cache']
    const told = await chiquito(['train', photos, '--out', out, ...options])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/Weights of resnet18 from timm\.pth\.tar: taken from "state_dict_ema"/)
    expect(existsSync(path.join(out, 'model.onnx'))).toBe(true)
  })

  it('takes how they were trained from what lies beside, or from options', async () => {
    const file = unpacked('plain.pth')
    const usual = await load(`resnet18=${file}`)
    const half = { mean: 0.5, std: 0.5 }
    const given = await loadBackbone(`resnet18=${file}`, { preprocessing: half })
    expect(given.preprocessing.mean).toEqual([127.5, 127.5, 127.5])
    expect(given.id).not.toBe(usual.backbone.id)
    const config = {
      architecture: 'resnet18',
      pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    }
    const beside = path.join(path.dirname(file), 'config.json')
    writeFileSync(beside, JSON.stringify(config))
    const found = await load(`resnet18=${file}`)
    expect(found.backbone.id).toBe(given.id)
    expect(found.notices).toEqual([
      expect.stringMatching(/^Preprocessing of plain\.pth: .*from config\.json/),
    ])
    // What is of another network does not count.
    writeFileSync(beside, JSON.stringify({ ...config, architecture: 'vit_tiny' }))
    expect((await load(`resnet18=${file}`)).backbone.id).toBe(usual.backbone.id)
  })
})
