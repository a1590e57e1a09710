import { describe, expect, it } from 'vitest'
import { waves } from '../../../test/support/seeded.js'
import { asFloat32, ChiquitoError, float32, sizeOf } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { type Dim, GraphBuilder, model, type Value, type ValueType, writeModel } from '../../onnx/index.js'
import { onnxBackbone } from './onnx-backbone.js'

/** A file of a small network: what `add` makes of the photo is its output. */
function fileOf(
  add: (builder: GraphBuilder, image: Value) => Value,
  shape: readonly Dim[] = ['batch', 3, 64, 64],
  dtype: ValueType['dtype'] = 'float32',
  metadata: Record<string, string> = {},
): Uint8Array {
  const builder = new GraphBuilder('small')
  builder.output(add(builder, builder.input('x', dtype, shape)), 'y')
  return writeModel(model(builder.build(), { metadata }))
}

const weight = (builder: GraphBuilder, name: string, shape: readonly number[]) =>
  builder.initializer(
    name,
    float32(
      Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * i + name.length)),
      shape,
    ),
  )

const conv = (
  builder: GraphBuilder,
  x: Value,
  name: string,
  outputs: number,
  inputs: number,
  strides = [4, 4],
) =>
  builder.op('Relu', [
    builder.op('Conv', [x, weight(builder, name, [outputs, inputs, 3, 3])], { strides, pads: [1, 1, 1, 1] }),
  ])

const body = (builder: GraphBuilder, x: Value) => conv(builder, conv(builder, x, 'a', 4, 3), 'b', 6, 4)

describe('the classifier', () => {
  const pooled = (b: GraphBuilder, x: Value) => b.op('GlobalAveragePool', [body(b, x)])
  it.each<[string, (b: GraphBuilder, x: Value) => Value]>([
    ['a Gemm', (b, x) => b.op('Gemm', [b.op('Flatten', [pooled(b, x)]), weight(b, 'c', [6, 5])])],
    [
      'a product, a bias and a softmax',
      (b, x) => {
        const scores = b.op('MatMul', [b.op('Flatten', [pooled(b, x)]), weight(b, 'c', [6, 5])])
        return b.op('Softmax', [b.op('Add', [scores, weight(b, 'd', [5])])])
      },
    ],
    [
      'a 1x1 convolution of what was pooled',
      (b, x) => b.op('Flatten', [b.op('Conv', [pooled(b, x), weight(b, 'c', [5, 6, 1, 1])])]),
    ],
    [
      'a 1x1 convolution of every point, averaged later',
      (b, x) => {
        const points = b.op('Relu', [b.op('Conv', [body(b, x), weight(b, 'c', [5, 6, 1, 1])])])
        return b.op('Flatten', [b.op('GlobalAveragePool', [points])])
      },
    ],
    [
      'a Gemm after ReduceMean, with probabilities in logarithms',
      (b, x) => {
        const axes = b.constant({ dtype: 'int64', shape: [2], data: BigInt64Array.of(-1n, -2n) })
        const mean = b.op('ReduceMean', [body(b, x), axes], { keepdims: 0 })
        return b.op('LogSoftmax', [b.op('Gemm', [mean, weight(b, 'c', [5, 6])], { transB: 1 })])
      },
    ],
  ])('is found: %s', async (_, add) => {
    const bytes = fileOf(add)
    const backbone = onnxBackbone(bytes, 'small.onnx')
    expect(backbone.layers).toEqual([
      { name: 'stride4', channels: 4, stride: 4 },
      { name: 'stride16', channels: 6, stride: 16 },
    ])
    expect(backbone.groups).toEqual([
      { name: 'early', parameters: ['net[a]'] },
      { name: 'late', parameters: ['net[b]'] },
    ])
    const builder = new GraphBuilder('whole')
    const maps = backbone.trunk(builder, builder.input('image', 'float32', [2, 3, 64, 64]), {
      layers: ['stride16'],
    })
    const logits = backbone.classifier(builder, maps.get('stride16') ?? '')
    expect(builder.shape(logits)).toEqual([2, 5])
    builder.output(builder.op('Softmax', [logits]), 'probabilities')
    const image = waves(2, 64)
    const whole = await Session.open(model(builder.build()))
    const { probabilities } = await whole.run({ image })
    await whole.close()
    const file = await Session.open(bytes)
    const { y } = await file.run({ x: image })
    await file.close()
    const shares = (values: Float32Array) => {
      const powers = Array.from(values.subarray(0, 5), Math.exp)
      const sum = powers.reduce((a, b) => a + b)
      return powers.map(power => power / sum)
    }
    const given = asFloat32(y, 'y').data
    const isShares = Math.abs(given.subarray(0, 5).reduce((a, b) => a + b) - 1) < 1e-3
    const expected = isShares ? [...given.subarray(0, 5)] : shares(given)
    for (const [i, p] of asFloat32(probabilities, 'p').data.subarray(0, 5).entries())
      expect(p).toBeCloseTo(expected[i], 4)
  })

  it('may be missing: the output is features then', () => {
    const vector = onnxBackbone(
      fileOf((b, x) => b.op('Flatten', [b.op('GlobalAveragePool', [body(b, x)])])),
      'f',
    )
    expect(vector.layers.map(layer => layer.name)).toEqual(['stride4', 'stride16'])
    const map = onnxBackbone(fileOf(body), 'f')
    expect(map.layers.map(layer => layer.name)).toEqual(['stride4', 'stride16'])
    const builder = new GraphBuilder('g')
    const x = builder.input('m', 'float32', [1, 6, 4, 4])
    expect(() => map.classifier(builder, x)).toThrow('f has no classifier')
  })

  it('leaves layers of the head that lie before it: their result is the last layer', () => {
    const backbone = onnxBackbone(
      fileOf((b, x) => {
        const pooled = b.op('Flatten', [b.op('GlobalAveragePool', [body(b, x)])])
        const hidden = b.op('Relu', [b.op('Gemm', [pooled, weight(b, 'hidden', [6, 8])])])
        return b.op('Gemm', [hidden, weight(b, 'c', [8, 5])])
      }),
      'f',
    )
    expect(backbone.layers.at(-1)).toEqual({ name: 'vector', channels: 8 })
    expect(backbone.groups.at(-1)?.parameters).toEqual(['net[b]', 'net[hidden]'])
  })
})

describe('weights', () => {
  const parametersOf = (add: (b: GraphBuilder, x: Value) => Value) =>
    onnxBackbone(
      fileOf((b, x) => b.op('Flatten', [b.op('GlobalAveragePool', [add(b, x)])])),
      'f',
    ).groups.flatMap(group => group.parameters)

  it('are no means and deviations of photos, no lone numbers, no masks', () => {
    const found = parametersOf((b, x) => {
      const prepared = b.op('Div', [
        b.op('Sub', [x, weight(b, 'mean', [1, 3, 1, 1])]),
        weight(b, 'std', [1, 3, 1, 1]),
      ])
      const scaled = b.op('Mul', [body(b, prepared), b.initializer('factor', float32([2], [1]))])
      const mask = b.initializer('mask', float32([0, -100, 0, -100, -100, 0], [1, 6, 1, 1]))
      return b.op('Add', [b.op('Mul', [scaled, weight(b, 'gamma', [6, 1, 1])]), mask])
    })
    expect(found).toEqual(['net[a]', 'net[b]', 'net[gamma]'])
  })

  it('are found behind what only reshapes them, widened from 16 bits, and one by one where they were stored once', () => {
    const found = parametersOf((b, x) => {
      const shape = b.constant({ dtype: 'int64', shape: [4], data: BigInt64Array.of(4n, 3n, 3n, 3n) })
      const turned = b.op('Reshape', [weight(b, 'flat', [4, 27]), shape])
      const first = b.op('Conv', [x, turned], { strides: [4, 4] })
      const half = b.initializer('half', {
        dtype: 'float16',
        shape: [4],
        data: Uint16Array.of(0x3c00, 0, 0x3c00, 0),
      })
      const wide = b.op('Cast', [half], { to: 'float32' }, 'wide')
      const bias = weight(b, 'bias', [4])
      const second = b.op('Identity', [bias], {}, 'second')
      const one = b.op('InstanceNormalization', [first, wide, bias])
      return b.op('InstanceNormalization', [one, wide, second])
    })
    expect(found).toEqual(['net[flat]', 'net[wide]', 'net[bias]', 'net[second]'])
  })

  it('live in a space of their own although the file calls them as we call photos and layers', () => {
    const backbone = onnxBackbone(
      fileOf((b, x) => {
        const map = conv(b, conv(b, x, 'image', 4, 3), 'stride16', 6, 4)
        return b.op('Flatten', [b.op('GlobalAveragePool', [map])])
      }),
      'f',
    )
    const graph = backbone.network({ size: 64, batch: 1 })
    expect([...graph.inputs.keys()]).toEqual(['image'])
    expect(backbone.layers.map(layer => layer.name)).toEqual(['stride4', 'stride16'])
    const parameters = backbone.groups.flatMap(group => group.parameters)
    expect(parameters).toEqual(['net[image_inside]', 'net[stride16]'])
    for (const parameter of parameters) expect(graph.initializers.has(parameter)).toBe(true)
  })
})

describe('preprocessing', () => {
  const classes = (b: GraphBuilder, x: Value) => b.op('Flatten', [b.op('GlobalAveragePool', [body(b, x)])])
  const half = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } as const
  const withMetadata = (text: string) => fileOf(classes, undefined, undefined, { preprocessing: text })

  it("is what the caller says, else the file's metadata, else ImageNet's; another one is another backbone", () => {
    const told = onnxBackbone(withMetadata(JSON.stringify(half)), 'f')
    expect(told.preprocessing).toEqual(half)
    const usual = onnxBackbone(fileOf(classes), 'f')
    const given = onnxBackbone(fileOf(classes), 'f', { preprocessing: half })
    expect(given.preprocessing).toEqual(half)
    expect(given.id).not.toBe(usual.id)
  })

  it.each([
    '{',
    '[]',
    '{"mean": [1, 2, 3]}',
    '{"mean": [1, 2, 3], "std": [1, 2, 0]}',
    '{"mean": [1, 2], "std": [1, 2, 3]}',
  ])('refuses %s', text => {
    expect(() => onnxBackbone(withMetadata(text), 'f.onnx')).toThrow(/f\.onnx says .* preprocessing is/)
  })
})

describe('a file that cannot be a backbone', () => {
  const last = (b: GraphBuilder, x: Value) => b.op('Flatten', [b.op('GlobalAveragePool', [body(b, x)])])
  const fixedReshape = (b: GraphBuilder, x: Value) => {
    const shape = b.constant({ dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 6n) })
    return b.op('Reshape', [b.op('GlobalAveragePool', [body(b, x)]), shape])
  }
  const joined = (b: GraphBuilder, x: Value) => {
    const rows = b.op('Concat', [last(b, x), weight(b, 'row', [1, 6])], { axis: 0 })
    const axes = b.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(0n) })
    return b.op('ReduceMean', [rows, axes])
  }
  it.each<[string, Uint8Array, RegExp]>([
    ['no model', new TextEncoder().encode('not a model at all'), /net\.onnx/],
    [
      'whole numbers as input',
      fileOf((b, x) => b.op('Cast', [x], { to: 'float32' }), ['n', 3, 64, 64], 'int32'),
      /its input x is int32 .*Expected one input for photos, float32 \[batch, 3, height, width\]/,
    ],
    [
      'one channel',
      fileOf((b, x) => b.op('ReduceMean', [x]), ['n', 1, 64, 64]),
      /float32 \[n, 1, 64, 64\]: photos here have 3 channels\. Expected/,
    ],
    ['oblong photos', fileOf((b, x) => b.op('ReduceMean', [x]), ['n', 3, 64, 96]), /photos here are square/],
    [
      'two inputs',
      fileOf((b, x) => b.op('Add', [x, b.input('z', 'float32', ['n', 3, 64, 64])])),
      /it has 2 inputs \(x, z\)/,
    ],
    [
      'doubles',
      fileOf((b, x) => b.op('ReduceMean', [x]), ['n', 3, 64, 64], 'float64'),
      /export the network in float32/,
    ],
    [
      'no weights',
      fileOf((b, x) => b.op('GlobalAveragePool', [x])),
      /it gives no features|no float32 weights/,
    ],
    [
      'whole numbers as output',
      fileOf((b, x) => b.op('ArgMax', [last(b, x)])),
      /none of its outputs is float32/,
    ],
    [
      'one photo at a time',
      fileOf(joined, [1, 3, 64, 64]),
      /cannot take 2 photos of 64 by 64 pixels: .* would be \[1, 6\]\. It was exported for 1 at a time\. Export it for any number: torch\.onnx\.export/,
    ],
    ['one photo at a time behind a name', fileOf(fixedReshape), /cannot take 2 photos/],
  ])('is refused: %s', (_, bytes, message) => {
    let error: unknown
    try {
      onnxBackbone(bytes, 'net.onnx')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ChiquitoError)
    expect(error).toMatchObject({ code: 'model', message: expect.stringMatching(message) })
  })

  it('is refused with a reason, whatever byte is changed, or it is a backbone', () => {
    const bytes = fileOf(last)
    let refused = 0
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Uint8Array.from(bytes)
      damaged[at] ^= 1 << (at % 8)
      try {
        onnxBackbone(damaged, 'net.onnx').network({ size: 64, batch: 1 })
      } catch (error) {
        expect(error).toBeInstanceOf(ChiquitoError)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(10)
  })

  it('refuses sizes that its weights do not fit, and layers it does not have', () => {
    const backbone = onnxBackbone(
      fileOf((b, x) => b.op('Gemm', [b.op('Flatten', [body(b, x)]), weight(b, 'c', [96, 5])])),
      'net.onnx',
    )
    expect(() => backbone.network({ size: 64, batch: 2 })).not.toThrow()
    const grown = onnxBackbone(
      fileOf((b, x) => {
        const hidden = b.op('Gemm', [b.op('Flatten', [body(b, x)]), weight(b, 'h', [96, 7])])
        return b.op('Gemm', [b.op('Relu', [hidden]), weight(b, 'c', [7, 5])])
      }),
      'net.onnx',
    )
    expect(() => grown.network({ size: 96, batch: 2 })).toThrow(
      /net\.onnx cannot take 2 photos of 96 by 96 pixels: Node .*Gemm.*It was exported for 64 by 64: use that size/,
    )
    expect(() => backbone.network({ size: 64, batch: 2, layers: ['tail'] })).toThrow(
      /layers must be among net's \(vector\), but is "tail"/,
    )
  })
})
