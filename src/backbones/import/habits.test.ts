// Files as exporters, converters and tools leave them: what is taken of each, against onnxruntime and the networks' makers.
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { waves } from '../../../test/support/seeded.js'
import { asFloat32, float32, int64 } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { GraphBuilder, model, writeModel } from '../../onnx/index.js'
import { loadBackbone } from '../load.js'
import { onnxBackbone } from './onnx-backbone.js'

interface Stored {
  /** The file's first output for two photos. */
  readonly answer?: readonly number[]
  /** What its classifier reads of them, as the network itself has it. */
  readonly features?: readonly number[]
}

const folder = fileURLToPath(new URL('../../../test/fixtures/networks/', import.meta.url))
const stored: Readonly<Record<string, Stored>> = JSON.parse(
  readFileSync(path.join(folder, 'networks.json'), 'utf8'),
)
const names = Object.keys(stored)
const fileOf = (name: string) => path.join(folder, `${name}.onnx`)
const scratch = mkdtempSync(path.join(tmpdir(), 'chiquito-habits-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const side = 32

/** The last layer's features of two photos, and the file's own classes from there. */
async function look(name: string) {
  const backbone = await loadBackbone(fileOf(name))
  const layer = backbone.layers[backbone.layers.length - 1]
  const builder = new GraphBuilder('look')
  const image = builder.input('image', 'float32', [2, 3, side, side])
  const map = backbone.trunk(builder, image, { layers: [layer.name] }).get(layer.name) ?? ''
  const isMap = builder.shape(map).length === 4
  builder.output(isMap ? builder.op('Flatten', [builder.op('GlobalAveragePool', [map])]) : map, 'seen')
  const hasClasses = !/hidden-state|map-channels/.test(name)
  if (hasClasses) builder.output(backbone.classifier(builder, map), 'classes')
  const session = await Session.open(model(builder.build()))
  const results = await session.run({ image: waves(2, side) })
  await session.close()
  const values = (output: string) => [...asFloat32(results[output], output).data]
  return { backbone, seen: values('seen'), classes: hasClasses ? values('classes') : undefined }
}

/** Largest difference, beside the largest value expected. */
function errorOf(found: readonly number[], expected: readonly number[]): number {
  expect(found.length).toBe(expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...found.map((value, i) => Math.abs(value - expected[i]))) / scale
}

function softmaxed(rows: readonly number[]): number[] {
  const half = rows.length / 2
  return [rows.slice(0, half), rows.slice(half)].flatMap(row => {
    const powers = row.map(Math.exp)
    const sum = powers.reduce((a, b) => a + b)
    return powers.map(power => power / sum)
  })
}

describe.each(names.filter(name => !name.startsWith('quantized')))('%s', name => {
  it('gives what its classifier reads, and its classes', async () => {
    const { features = [], answer = [] } = stored[name]
    const { backbone, seen, classes } = await look(name)
    // Files in 16 bits were made of rounded weights.
    const tolerance = /float16/.test(name) ? 0.02 : 1e-5
    expect(errorOf(seen, features)).toBeLessThan(tolerance)
    if (classes)
      expect(errorOf(name === 'keras' ? softmaxed(classes) : classes, answer)).toBeLessThan(tolerance)
    const parameters = backbone.groups.flatMap(group => group.parameters)
    expect(parameters.length).toBeGreaterThan(5)
    for (const parameter of parameters) expect(parameter).toMatch(/^net\[.+\]$/)
    const said = (backbone.notices ?? []).filter(message => !message.startsWith('Preprocessing of'))
    if (name.startsWith('mostly-head'))
      expect(said).toEqual([
        expect.stringMatching(/only 3,\d+ of its 1[34],\d+ weights are used.*classifier/),
      ])
    else expect(said).toEqual([])
  })
})

it.each(names.filter(name => name.startsWith('quantized')))('%s is refused as what it is', async name => {
  await expect(loadBackbone(fileOf(name))).rejects.toThrow(
    /quantized-\w+\.onnx is an 8-bit network \(its node .* is \w+\): .*in float32 or float16/,
  )
})

it('takes maps that are not square as the vector that they are pooled to', async () => {
  const { backbone } = await look('oblong-torchscript')
  expect(backbone.layers).toEqual([
    { name: 'stride2', channels: 4, stride: 2 },
    { name: 'vector', channels: 32 },
  ])
})

describe('weights beside the file', () => {
  const name = 'pooled-convolution-default'
  const data = `${name}.onnx.data`
  const copied = (to: string) => {
    const at = mkdtempSync(path.join(scratch, to))
    copyFileSync(fileOf(name), path.join(at, `${name}.onnx`))
    copyFileSync(path.join(folder, data), path.join(at, data))
    return { file: path.join(at, `${name}.onnx`), beside: path.join(at, data) }
  }

  it('belong to what the network is', async () => {
    const { file, beside } = copied('other')
    const before = (await loadBackbone(file)).id
    expect(before).toBe((await loadBackbone(fileOf(name))).id)
    const bytes = readFileSync(beside)
    bytes[100] ^= 1
    writeFileSync(beside, bytes)
    expect((await loadBackbone(file)).id).not.toBe(before)
  })

  it('must be there, whole, and in the same folder', async () => {
    const short = copied('short')
    truncateSync(short.beside, 1000)
    await expect(loadBackbone(short.file)).rejects.toThrow(
      /that file has 1000; it is cut short, or of another export/,
    )
    const lost = copied('lost')
    rmSync(lost.beside)
    await expect(loadBackbone(lost.file)).rejects.toThrow(
      /keeps weights in .*\.onnx\.data, which does not lie beside it\. Put that file there, or .*external_data=False/,
    )
    symlinkSync(path.join(folder, data), lost.beside)
    await expect(loadBackbone(lost.file)).rejects.toThrow(/a link to another folder/)
  })

  it('are found behind links as the Hugging Face cache has them', async () => {
    const { file, beside } = copied('blobs')
    const at = mkdtempSync(path.join(scratch, 'snapshot'))
    symlinkSync(file, path.join(at, 'model.onnx'))
    symlinkSync(beside, path.join(at, data))
    expect((await loadBackbone(path.join(at, 'model.onnx'))).id).toBe((await loadBackbone(file)).id)
  })

  it.each(['../outside.data', '/etc/passwd', 'a/b.data', 'a\\b.data', 'C:x.data', '..'])(
    'are not read from %s',
    async location => {
      const { file } = copied('outside')
      const bytes = readFileSync(file).toString('latin1')
      // Of the same length, so that the file stays a legal message.
      const padded = location.padEnd(data.length, location.endsWith('..') ? '/' : 'x')
      writeFileSync(file, Buffer.from(bytes.replaceAll(data, padded), 'latin1'))
      await expect(loadBackbone(file)).rejects.toThrow(/another place .* only files beside it are read/)
    },
  )
})

describe('what is no network for photos', () => {
  const said = async (name: string, bytes: Uint8Array) => {
    const file = path.join(scratch, name)
    writeFileSync(file, bytes)
    return loadBackbone(file).then(
      () => 'taken',
      (error: Error) => error.message,
    )
  }
  const small = (add: (b: GraphBuilder) => void, metadata: Record<string, string> = {}) => {
    const builder = new GraphBuilder('small')
    add(builder)
    return writeModel(model(builder.build(), { metadata }))
  }
  const weight = (b: GraphBuilder, shape: readonly number[]) =>
    b.initializer('w', float32(new Float32Array(shape.reduce((a, c) => a * c)).fill(0.1), shape))
  const maps = (b: GraphBuilder, channels: number) => {
    const photo = b.input('images', 'float32', [1, 3, 64, 64])
    return b.op('Conv', [photo, weight(b, [channels, 3, 8, 8])], { strides: [8, 8] })
  }

  it.each<[string, Uint8Array, RegExp]>([
    [
      'text',
      small(b => {
        b.input('input_ids', 'int64', ['n', 'words'])
        b.output(b.op('Cast', [b.input('attention_mask', 'int64', ['n', 'words'])], { to: 'float32' }), 'y')
      }),
      /it has 2 inputs \(input_ids, attention_mask\): it is a network for text\. Expected one input for photos/,
    ],
    [
      'text with photos',
      small(b => {
        b.input('input_ids', 'int64', ['n', 'words'])
        b.output(b.op('Relu', [b.input('pixel_values', 'float32', ['n', 3, 64, 64])]), 'y')
      }),
      /it takes photos with a text; give the part that takes photos alone \(such as vision_model\.onnx\)/,
    ],
    [
      'sound',
      small(b => b.output(b.op('Relu', [b.input('sound', 'float32', ['n', 16000])]), 'y')),
      /float32 \[n, 16000\]: not of photos/,
    ],
    [
      'a sequence',
      small(b => b.output(b.op('Relu', [b.input('x', 'float32', ['n', 20, 8])]), 'y')),
      /float32 \[n, 20, 8\]: a sequence, not photos/,
    ],
    [
      'noise to a picture',
      small(b => b.output(b.op('Relu', [b.input('z', 'float32', ['n', 100, 1, 1])]), 'img')),
      /z is float32 \[n, 100, 1, 1\]: what networks that make pictures begin with/,
    ],
    [
      'diffusion',
      small(b => {
        b.output(b.op('Relu', [b.input('sample', 'float32', ['n', 4, 64, 64])]), 'out_sample')
        b.output(b.op('Cast', [b.input('timestep', 'int64', ['n'])], { to: 'float32' }), 't')
      }),
      /2 inputs \(sample, timestep\): it is a network that makes pictures/,
    ],
    [
      'boxes by name',
      small(b => b.output(b.op('GlobalAveragePool', [maps(b, 6)]), 'pred_boxes')),
      /it is a network that finds objects \(its outputs are pred_boxes/,
    ],
    [
      "boxes by a detector's places",
      small(b => {
        const rows = b.op('Reshape', [maps(b, 21), b.constant(int64([1, 16, 84]))])
        b.output(b.op('Relu', [rows]), 'output0')
      }),
      /finds objects \(its outputs are output0 \[.*16, 84\]\)/,
    ],
    [
      'what Ultralytics says',
      small(b => b.output(b.op('GlobalAveragePool', [maps(b, 6)]), 'y'), { task: 'pose', stride: '32' }),
      /finds objects \(its metadata says "task: pose"\).*-cls/,
    ],
    [
      'a mask',
      small(b => {
        const photo = b.input('x', 'float32', ['n', 3, 64, 64])
        b.output(b.op('Conv', [photo, weight(b, [2, 3, 1, 1])]), 'y')
      }),
      /gives a picture or a mask/,
    ],
    [
      'scores of every place',
      small(b => b.output(maps(b, 6), 'logits')),
      /gives a picture or a mask \(logits \[.*6, 8, 8\]\).*of a network that segments, export the encoder alone/,
    ],
  ])('%s is named', async (name, bytes, message) => {
    expect(await said(`${name}.onnx`, bytes)).toMatch(message)
  })

  it('tokens as many as places of a small detector are features', async () => {
    const bytes = small(b => {
      const rows = b.op('Reshape', [maps(b, 20), b.constant(int64([1, 64, 20]))])
      const [cut] = b.ops('Split', [rows, b.constant(int64([21, 43]))], { axis: 1 }, 2)
      b.output(b.op('Relu', [cut]), 'last_hidden_state')
    })
    const file = path.join(scratch, 'tokens.onnx')
    writeFileSync(file, bytes)
    const { layers } = await loadBackbone(file)
    expect(layers[layers.length - 1].channels).toBe(20)
  })

  it("onnxruntime's own format is named, whatever the file is called", async () => {
    const bytes = Buffer.concat([Buffer.from([32, 0, 0, 0]), Buffer.from('ORTM'), Buffer.alloc(64)])
    for (const name of ['net.ort', 'net.onnx'])
      expect(await said(name, bytes)).toMatch(
        /a model in onnxruntime's own format \(\.ort\).*give the \.onnx file/i,
      )
  })

  it.each<[string, string | Uint8Array, RegExp]>([
    ['empty', '', /is empty/],
    ['LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /Git LFS pointer/],
    ['page', '<!DOCTYPE html><title>404</title>', /web page/],
    ['checkpoint', 'PK\x03\x04 archive/data.pkl', /zip archive, as torch\.save writes/],
    ['words', 'hello, this is a model', /is not an ONNX model/],
    ['half', readFileSync(fileOf('plain-opset9')).subarray(0, 5000), /cut short or damaged/],
  ])('a file that is none is named: %s', async (name, content, message) => {
    expect(await said(`${name}.onnx`, Buffer.from(content))).toMatch(message)
  })
})

describe('how networks are built', () => {
  const photos = waves(2, 16)
  const kernel = waves(2, 4).data.slice(0, 48)

  /** What a network gives of two photos in its last layer. */
  async function seenBy(build: (b: GraphBuilder, image: string) => void) {
    const builder = new GraphBuilder('built')
    build(builder, builder.input('image', 'float32', ['n', 3, 16, 16]))
    const backbone = onnxBackbone(writeModel(model(builder.build())), 'built.onnx')
    const look = new GraphBuilder('look')
    const image = look.input('image', 'float32', [2, 3, 16, 16])
    for (const [layer, value] of backbone.trunk(look, image)) look.output(value, layer)
    const session = await Session.open(model(look.build()))
    const results = await session.run({ image: photos })
    await session.close()
    const last = backbone.layers[backbone.layers.length - 1]
    return { backbone, last, values: [...asFloat32(results[last.name], last.name).data] }
  }
  const weight = (b: GraphBuilder, name: string, shape: readonly number[], fill = 0.1) =>
    b.initializer(name, float32(new Float32Array(shape.reduce((a, c) => a * c)).fill(fill), shape))
  const sizes = (b: GraphBuilder, name: string, values: readonly number[]) =>
    b.initializer(name, int64(values))

  it('standardised weights: a batch norm of a weight by its own statistics', async () => {
    const network = (convolved: (b: GraphBuilder) => string) => (b: GraphBuilder, image: string) => {
      const map = b.op('Conv', [image, convolved(b)], { strides: [2, 2] })
      b.output(b.op('Flatten', [b.op('GlobalAveragePool', [map])]), 'features')
    }
    const standardised = network(b => {
      const flat = b.op('Reshape', [
        b.initializer('w', float32(kernel, [4, 3, 2, 2])),
        sizes(b, 'flat', [1, 4, 12]),
      ])
      const [gain, bias] = [weight(b, 'gain', [4], 2), weight(b, 'bias', [4], 0)]
      const inputs = [flat, gain, bias, bias, gain]
      const [normed] = b.ops('BatchNormalization', inputs, { training_mode: 1, epsilon: 1e-6 }, 3)
      return b.op('Reshape', [normed, sizes(b, 'back', [4, 3, 2, 2])])
    })
    const byHand = Float32Array.from(kernel, (value, i) => {
      const row = [...kernel.subarray(12 * Math.floor(i / 12), 12 * Math.floor(i / 12) + 12)]
      const mean = row.reduce((a, c) => a + c) / 12
      return (2 * (value - mean)) / Math.sqrt(row.reduce((a, c) => a + (c - mean) ** 2, 0) / 12 + 1e-6)
    })
    const found = await seenBy(standardised)
    const expected = await seenBy(network(b => b.initializer('w', float32(byHand, [4, 3, 2, 2]))))
    expect(errorOf(found.values, expected.values)).toBeLessThan(1e-5)
  })

  it('a last map larger than one before it is the last layer', async () => {
    const { backbone, last } = await seenBy((b, image) => {
      const small = b.op('Conv', [image, weight(b, 'small', [4, 3, 4, 4])], { strides: [4, 4] })
      const large = b.op('ConvTranspose', [small, weight(b, 'large', [4, 6, 2, 2])], { strides: [2, 2] })
      b.output(b.op('Flatten', [b.op('GlobalAveragePool', [large])]), 'features')
    })
    expect(last).toMatchObject({ name: 'stride2', channels: 6 })
    expect(backbone.layers).toHaveLength(1)
  })

  it('a class token before registers that are put in between', async () => {
    const network = (isWhole: boolean) => (b: GraphBuilder, image: string) => {
      const map = b.op('Conv', [image, weight(b, 'w', [4, 3, 8, 8])], { strides: [8, 8] })
      const flat = b.op('Reshape', [map, sizes(b, 'flat', [0, 4, 4])])
      const tokens = b.op('Transpose', [flat], { perm: [0, 2, 1] })
      const token = b.op('ReduceMax', [tokens, sizes(b, 'axis', [1])], { keepdims: 1 })
      const batch = b.op('Mul', [token, weight(b, 'none', [4], 0)])
      const registers = b.op('Tile', [weight(b, 'registers', [1, 4, 4], 3), sizes(b, 'times', [2, 1, 1])])
      const all = b.op('Concat', [token, registers, tokens], { axis: 1 })
      const one = b.op('Flatten', [b.op('Add', [token, batch])])
      b.output(isWhole ? b.op('Relu', [all]) : b.op('Relu', [one]), 'last_hidden_state')
    }
    const [found, expected] = [await seenBy(network(true)), await seenBy(network(false))]
    expect(errorOf(found.values, expected.values)).toBeLessThan(1e-6)
  })

  it('two heads that are stacked, then averaged', async () => {
    const { last } = await seenBy((b, image) => {
      const heads = [0, 1].map(i => {
        const map = b.op('Conv', [image, weight(b, `w${i}`, [5, 3, 4, 4], i + 1)], { strides: [4, 4] })
        const vector = b.op('Flatten', [b.op('GlobalAveragePool', [b.op('Relu', [map])])])
        const scores = b.op('Gemm', [vector, weight(b, `head${i}`, [5, 7])])
        return b.op('Unsqueeze', [scores, sizes(b, `axis${i}`, [0])])
      })
      const stacked = b.op('Concat', heads, { axis: 0 })
      b.output(b.op('ReduceMean', [stacked, sizes(b, 'axes', [0])], { keepdims: 0 }), 'logits')
    })
    expect(last).toMatchObject({ name: 'vector', channels: 10 })
  })
})

it('weights that are no numbers are refused, and named', () => {
  const builder = new GraphBuilder('broken')
  const image = builder.input('image', 'float32', ['n', 3, 16, 16])
  const kernel = builder.initializer('w', float32(new Float32Array(48).fill(Number.NaN), [4, 3, 2, 2]))
  builder.output(builder.op('GlobalAveragePool', [builder.op('Conv', [image, kernel])]), 'features')
  const bytes = writeModel(model(builder.build()))
  expect(() => onnxBackbone(bytes, 'broken.onnx')).toThrow(/weight w with values that are no finite numbers/)
})

it('the weights beside an .onnx file are named as that', async () => {
  for (const name of ['net.onnx.data', 'model.onnx_data']) {
    const file = path.join(scratch, name)
    writeFileSync(file, new Uint8Array(64).fill(7))
    await expect(loadBackbone(file)).rejects.toThrow(
      `holds the weights of the network ${path.basename(file).replace(/[._]data$/, '')}, which lies beside it: give that file`,
    )
  }
})
