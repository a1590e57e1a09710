import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { smallModel } from '../../test/support/small-model.js'
import { ChiquitoError, float32 } from '../core/index.js'
import { graphDigest } from '../run/graph-digest.js'
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type GraphProto,
  type GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  type TensorProtoSchema,
} from './generated/onnx_pb.js'
import { readModel, writeModel } from './index.js'
import { plainGraph } from './plain-graph.js'

type GraphInit = Exclude<MessageInitShape<typeof GraphProtoSchema>, GraphProto>
type ModelInit = Exclude<MessageInitShape<typeof ModelProtoSchema>, ModelProto>
type TensorInit = Exclude<MessageInitShape<typeof TensorProtoSchema>, TensorProto>

/** A file of one Relu and whatever else is given, as some other program might have written it. */
function fileWith(graph: GraphInit, more: ModelInit = {}): Uint8Array {
  const type = { value: { case: 'tensorType', value: { elemType: DataType.FLOAT } } } as const
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 17n }],
      graph: {
        name: 'g',
        node: [{ opType: 'Relu', input: ['x'], output: ['y'] }],
        input: [{ name: 'x', type }],
        output: [{ name: 'y', type }],
        ...graph,
      },
      ...more,
    }),
  )
}

/** Calls f of d. */
const call: GraphInit = { node: [{ opType: 'f', domain: 'd', input: ['x'], output: ['y'] }] }
/** b = a, leaking as the call says, else by a half. */
const halved = {
  name: 'f',
  domain: 'd',
  input: ['a'],
  output: ['b'],
  attribute: [],
  attributeProto: [{ name: 'slope', type: AttributeType.FLOAT, f: 0.5 }],
  node: [
    {
      opType: 'LeakyRelu',
      input: ['a'],
      output: ['b'],
      attribute: [{ name: 'alpha', refAttrName: 'slope', type: AttributeType.FLOAT }],
    },
  ],
}

describe('readModel', () => {
  it('puts what functions do in the place of their calls', () => {
    const slope = { name: 'slope', type: AttributeType.FLOAT, f: 0.25 }
    const node = (name: string, input: string, output: string, attribute: (typeof slope)[] = []) => {
      return { name, opType: 'twice', domain: 'd', input: [input], output: [output], attribute }
    }
    const twice = {
      name: 'twice',
      domain: 'd',
      input: ['in'],
      // The second is the first's own input.
      output: ['out', 'in'],
      node: [
        {
          opType: 'f',
          domain: 'd',
          input: ['in'],
          output: ['b'],
          attribute: [{ ...slope, f: 0, refAttrName: 'slope' }],
        },
        { opType: 'f', domain: 'd', input: ['b'], output: ['out'] },
      ],
    }
    const nodes = [
      node('one', 'x', 'b', [slope]),
      node('one', 'b', 'y'),
      { ...node('', 'y', 'o'), output: ['', 'z'] },
    ]
    const { graph } = readModel(fileWith({ node: nodes }, { functions: [halved, twice] }), 'calls.onnx')
    expect(
      graph.nodes.map(({ op, inputs, outputs, attributes }) => [
        op,
        ...inputs,
        ...outputs,
        attributes.alpha?.value,
      ]),
    ).toEqual([
      ['LeakyRelu', 'x', 'one/b', 0.25],
      ['LeakyRelu', 'one/b', 'b', 0.5],
      ['LeakyRelu', 'b', 'one/b_1', 0.5],
      ['LeakyRelu', 'one/b_1', 'y', 0.5],
      ['LeakyRelu', 'y', 'twice/b', 0.5],
      ['LeakyRelu', 'twice/b', 'twice/out', 0.5],
      ['Identity', 'y', 'z', undefined],
    ])
  })

  it('reads what others wrote', () => {
    const read = readModel(fileWith({}), 'other.onnx')
    expect(read.opsets).toEqual(new Map([['', 17]]))
    expect(read.graph.nodes.map(node => node.op)).toEqual(['Relu'])
    expect(read.graph.outputs).toEqual(new Map([['y', { dtype: 'float32' }]]))
  })

  it('gives back metadata, operator sets and weights', () => {
    const read = readModel(smallModel(), 'small.onnx')
    expect([...read.metadata]).toEqual([
      ['labels', 'a b'],
      ['é', ''],
    ])
    expect(read.opsets).toEqual(new Map([['', 21]]))
    expect(read.irVersion).toBe(10)
    expect(read.producer).toBe('chiquito')
    expect(read.graph.initializers.get('w')).toEqual(float32([1, 2, 3, 4], [2, 2]))
    expect(writeModel(read)).toEqual(smallModel())
  })

  const stored: readonly (readonly [string, TensorInit, string, readonly (number | bigint)[]])[] = [
    ['float', { dataType: DataType.FLOAT, floatData: [1.5, -0] }, 'float32', [1.5, -0]],
    ['double', { dataType: DataType.DOUBLE, doubleData: [1.5, 2] }, 'float64', [1.5, 2]],
    ['int64', { dataType: DataType.INT64, int64Data: [-1n, 2n ** 62n] }, 'int64', [-1n, 2n ** 62n]],
    ['uint64', { dataType: DataType.UINT64, uint64Data: [1n, 2n ** 63n] }, 'uint64', [1n, 2n ** 63n]],
    ['uint32', { dataType: DataType.UINT32, uint64Data: [1n, 4294967295n] }, 'uint32', [1, 4294967295]],
    ['int8', { dataType: DataType.INT8, int32Data: [-128, 127] }, 'int8', [-128, 127]],
    ['bool', { dataType: DataType.BOOL, int32Data: [0, 1] }, 'bool', [0, 1]],
    ['float16', { dataType: DataType.FLOAT16, int32Data: [15360, 65535] }, 'float16', [15360, 65535]],
    ['bfloat16', { dataType: DataType.BFLOAT16, int32Data: [16256, 0] }, 'bfloat16', [16256, 0]],
  ]
  it.each(stored)('reads weights stored as numbers: %s', (_, tensor, dtype, elements) => {
    const initializer = [{ ...tensor, name: 'w', dims: [2n] }]
    const file = fileWith({ initializer })
    const { graph } = readModel(file, 'typed.onnx')
    const weight = graph.initializers.get('w')
    expect(weight?.dtype).toBe(dtype)
    expect(Array.from<number | bigint>(weight?.data ?? [])).toEqual(elements)
    // And so do pages, without a library.
    expect(graphDigest(plainGraph(file))).toBe(graphDigest(graph))
  })

  it('takes the weights that old files also list as inputs for weights', () => {
    const type = { value: { case: 'tensorType', value: { elemType: DataType.FLOAT } } } as const
    const inputs = [
      { name: 'x', type },
      { name: 'w', type },
    ]
    const graph = {
      input: inputs,
      initializer: [{ name: 'w', dims: [1n], dataType: DataType.FLOAT, floatData: [1] }],
    }
    const old = readModel(fileWith(graph, { irVersion: 3n }), 'old.onnx')
    expect([...old.graph.inputs.keys()]).toEqual(['x'])
    expect([...plainGraph(fileWith(graph, { irVersion: 3n })).inputs.keys()]).toEqual(['x'])
    expect(readModel(writeModel(old), 'again').graph).toEqual(old.graph)
    // In later files such an input is one that callers may feed instead.
    expect([...readModel(fileWith(graph), 'new.onnx').graph.inputs.keys()]).toEqual(['x', 'w'])
  })

  const tensor = { name: 'w', dims: [2n], dataType: DataType.FLOAT }
  const attribute = (type: AttributeType) => ({
    node: [{ opType: 'Relu', input: ['x'], output: ['y'], attribute: [{ name: 'a', type }] }],
  })
  it.each([
    ['nothing', new Uint8Array(), /not an ONNX model/],
    ['text', new TextEncoder().encode('Not a model, but a letter to you.'), /not an ONNX model/],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), /not an ONNX model/],
    ['zeros', new Uint8Array(1000), /not an ONNX model/],
    [
      'half a model',
      smallModel().subarray(0, 100),
      /is an ONNX model that is cut short or damaged; fetch or export it again/,
    ],
    [
      'data in another file',
      fileWith({
        initializer: [
          {
            ...tensor,
            dataLocation: DataLocation.EXTERNAL,
            externalData: [{ key: 'location', value: 'w.bin' }],
          },
        ],
      }),
      /data of tensor w in another file \(w\.bin\)/,
    ],
    [
      'too few bytes',
      fileWith({ initializer: [{ ...tensor, rawData: new Uint8Array(7) }] }),
      /tensor w of float32\[2\] in 7 bytes/,
    ],
    [
      'too few numbers',
      fileWith({ initializer: [{ ...tensor, floatData: [1] }] }),
      /tensor w of float32\[2\] with 1 elements/,
    ],
    [
      'bytes and numbers',
      fileWith({ initializer: [{ ...tensor, floatData: [1, 2], rawData: new Uint8Array(8) }] }),
      /tensor w twice/,
    ],
    [
      'a huge shape',
      fileWith({ initializer: [{ ...tensor, dims: [2n ** 40n, 2n ** 40n], floatData: [1] }] }),
      /tensor w of float32/,
    ],
    [
      'a size beyond numbers',
      fileWith({ initializer: [{ ...tensor, dims: [2n ** 62n] }] }),
      /4611686018427387904 as dimension 0 of tensor w/,
    ],
    [
      'a negative size',
      fileWith({ initializer: [{ ...tensor, dims: [-1n] }] }),
      /-1 as dimension 0 of tensor w/,
    ],
    [
      'an element out of range',
      fileWith({ initializer: [{ ...tensor, dataType: DataType.UINT8, int32Data: [1, 256] }] }),
      /tensor w with elements outside uint8/,
    ],
    [
      '4-bit weights',
      fileWith({ initializer: [{ ...tensor, dataType: DataType.INT4, rawData: new Uint8Array(1) }] }),
      /tensor w of int4; only tensors of float32/,
    ],
    [
      'strings',
      fileWith({ initializer: [{ ...tensor, dataType: DataType.STRING, stringData: [new Uint8Array(1)] }] }),
      /tensor w of string/,
    ],
    [
      'two weights of one name',
      fileWith({ initializer: [tensor, tensor].map(t => ({ ...t, floatData: [1, 2] })) }),
      /two initializers named w/,
    ],
    ['a sparse weight', fileWith({ sparseInitializer: [{ values: tensor }] }), /the sparse tensor w/],
    [
      'a sparse attribute',
      fileWith(attribute(AttributeType.SPARSE_TENSOR)),
      /attribute a of node y \(Relu\) is of a kind that cannot be read \(SPARSE_TENSOR\)/,
    ],
    ['a list of graphs', fileWith(attribute(AttributeType.GRAPHS)), /cannot be read \(GRAPHS\)/],
    ['an attribute of no kind', fileWith(attribute(AttributeType.UNDEFINED)), /cannot be read \(UNDEFINED\)/],
    [
      'a function that calls itself',
      fileWith(call, {
        functions: [{ ...halved, node: [{ opType: 'f', domain: 'd', input: ['a'], output: ['b'] }] }],
      }),
      /defines the function f, which calls itself/,
    ],
    [
      'functions that come to too much',
      fileWith(call, {
        functions: Array.from({ length: 30 }, (_, i) => ({
          ...halved,
          name: i === 0 ? 'f' : `f${i}`,
          node: ['b', 'c'].map(output => ({
            opType: `f${i + 1}`,
            domain: 'd',
            input: ['a'],
            output: [output],
          })),
        })).concat([{ ...halved, name: 'f30', node: [] }]),
      }),
      /defines functions that come to more than 100000 nodes/,
    ],
    [
      'a function of another operator set',
      fileWith(call, { functions: [{ ...halved, opsetImport: [{ domain: '', version: 18n }] }] }),
      /defines the function f in operator set 18, but is in 17 itself/,
    ],
    [
      'a call with too many inputs',
      fileWith(
        { node: [{ opType: 'f', domain: 'd', input: ['x', 'x'], output: ['y'] }] },
        { functions: [halved] },
      ),
      /calls the function f with more inputs or outputs than it has/,
    ],
    ['training information', fileWith({}, { trainingInfo: [{}] }), /holds training information/],
    [
      'a sequence',
      fileWith({ input: [{ name: 'x', type: { value: { case: 'sequenceType', value: {} } } }] }),
      /has x, an input or output of type sequenceType/,
    ],
    [
      'an illegal graph',
      fileWith({ node: [{ opType: 'Relu', input: ['q'], output: ['y'] }] }),
      /is not a legal model: Input q of node .*nowhere/,
    ],
    ['no operator set', fileWith({}, { opsetImport: [] }), /names no operator set/],
    [
      'two operator sets',
      fileWith(
        {},
        {
          opsetImport: [
            { domain: '', version: 17n },
            { domain: 'ai.onnx', version: 18n },
          ],
        },
      ),
      /two operator sets of domain/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    const read = () => readModel(bytes, 'bad.onnx')
    expect(read).toThrow(message)
    expect(read).toThrow(/^bad\.onnx /)
    expect(read).toThrow(ChiquitoError)
  })

  it('refuses fields of formats to come rather than lose them', () => {
    const field99 = Uint8Array.of(0x98, 0x06, 0x01)
    const bytes = Uint8Array.from([...fileWith({}), ...field99])
    expect(() => readModel(bytes, 'new.onnx')).toThrow(/the model has an unknown field 99/)
  })

  it('refuses graphs nested without end', () => {
    let graph: GraphInit = { name: 'core' }
    for (let i = 0; i < 60; i++)
      graph = {
        name: `g${i}`,
        node: [{ opType: 'If', attribute: [{ name: 'a', type: AttributeType.GRAPH, g: graph }] }],
      }
    expect(() => readModel(fileWith(graph), 'deep.onnx')).toThrow(
      /deep\.onnx is an ONNX model that is .*damaged.*depth/,
    )
  })

  it('reads damaged files or refuses them, and never fails otherwise', () => {
    const bytes = smallModel()
    const place = fc.integer({ min: 0, max: bytes.length - 1 })
    const damage = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 })
    const readable = (damaged: Uint8Array) => {
      try {
        return readModel(damaged, 'damaged.onnx').graph.name.length >= 0
      } catch (error) {
        return (
          error instanceof ChiquitoError && error.code === 'model' && error.message.startsWith('damaged.onnx')
        )
      }
    }
    fc.assert(
      fc.property(damage, changes => {
        const damaged = bytes.slice()
        for (const [at, byte] of changes) damaged[at] = byte
        return readable(damaged)
      }),
      { numRuns: 2000 },
    )
    for (let length = 0; length < bytes.length; length++)
      expect(readable(bytes.subarray(0, length))).toBe(true)
  })
})
