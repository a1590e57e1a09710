import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DType, elementBytes, sizeOf, type Tensor } from '../core/index.js'
import { graphDigest } from '../run/graph-digest.js'
import { dtypeCodes, isDType } from './dtypes.js'
import type { Attribute, Dim, Graph, Model, Node, Value, ValueType } from './graph.js'
import { parseGraph, printedWeights, printGraph } from './index.js'
import { plainGraph } from './plain-graph.js'
import { decodeModel } from './protobuf.js'
import { encodeModel } from './protobuf-write.js'
import { bytesOf, tensorOver } from './tensor-bytes.js'

// Graphs of any names, types and attributes: text and files must carry them whether or not they would run.

const dtypes = Object.keys(dtypeCodes).filter(isDType)
const dtype = fc.constantFrom(...dtypes)
const odd = [
  '',
  'nan',
  'inf',
  'true',
  'input',
  'output',
  'weight',
  'graph',
  '1',
  '-1',
  'a b',
  '"',
  '\n',
  '\u2028',
  'é',
  'a:b',
]
const text = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: 'grapheme' }),
  fc.stringMatching(/^[a-z_/][\w./-]*$/),
)
const name = text.filter(name => name !== '')
const names = (max: number) => fc.uniqueArray(name, { maxLength: max })

const tensor: fc.Arbitrary<Tensor> = fc
  .record({
    dtype,
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
    seed: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  })
  .map(({ dtype, shape, seed }) => {
    const bytes = Uint8Array.from(
      { length: sizeOf(shape) * elementBytes[dtype] },
      (_, i) => seed[(i * 7) % 16] ^ i,
    )
    return tensorOver(dtype, shape, bytes.buffer)
  })

const dim: fc.Arbitrary<Dim> = fc.oneof(fc.nat(), name)
const type: fc.Arbitrary<ValueType> = fc
  .record({ dtype, shape: fc.option(fc.array(dim, { maxLength: 4 }), { nil: undefined }) })
  .map(({ dtype, shape }) => (shape ? { dtype, shape } : { dtype }))
const whole = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).filter(value => !Number.isSafeInteger(Number(value))),
)
const single = fc.float()

function attribute(depth: number): fc.Arbitrary<Attribute> {
  const kinds: fc.Arbitrary<Attribute>[] = [
    whole.map(value => ({ kind: 'int', value })),
    single.map(value => ({ kind: 'float', value })),
    text.map(value => ({ kind: 'string', value })),
    tensor.map(value => ({ kind: 'tensor', value })),
    fc.array(whole).map(value => ({ kind: 'ints', value })),
    fc.array(single).map(value => ({ kind: 'floats', value })),
    fc.array(text).map(value => ({ kind: 'strings', value })),
  ]
  if (depth > 0) kinds.push(graph(depth - 1).map(value => ({ kind: 'graph', value })))
  return fc.oneof(...kinds)
}

function node(depth: number): fc.Arbitrary<Node> {
  return fc.record({
    name: text,
    op: name,
    domain: text,
    inputs: fc.array(text, { maxLength: 3 }),
    outputs: fc.array(text, { maxLength: 3 }),
    attributes: fc
      .array(fc.tuple(name, attribute(depth)), { maxLength: 3 })
      .map(entries => Object.fromEntries(entries)),
  })
}

function mapOf<T>(keys: readonly Value[], values: readonly T[]): Map<Value, T> {
  return new Map(keys.slice(0, values.length).map((key, i) => [key, values[i]]))
}

function graph(depth: number): fc.Arbitrary<Graph> {
  return fc
    .record({
      name,
      keys: fc.tuple(names(3), names(3), names(3)),
      types: fc.tuple(fc.array(type, { maxLength: 3 }), fc.array(type, { maxLength: 3 })),
      tensors: fc.array(tensor, { maxLength: 3 }),
      nodes: fc.array(node(depth), { maxLength: 4 }),
      inner: fc.array(type, { maxLength: 8 }),
    })
    .map(({ name, keys, types, tensors, nodes, inner }) => ({
      name,
      inputs: mapOf(keys[0], types[0]),
      outputs: mapOf(keys[1], types[1]),
      initializers: mapOf(keys[2], tensors),
      nodes: oneAssignment(nodes),
      types: mapOf(
        [...new Set(oneAssignment(nodes).flatMap(node => node.outputs))].filter(v => v !== ''),
        inner,
      ),
    }))
}

/** The text says a value's type where it is assigned, so that must be once. */
function oneAssignment(nodes: readonly Node[]): Node[] {
  const seen = new Set<Value>()
  return nodes.map(node => ({
    ...node,
    outputs: node.outputs.map(value => {
      const again = value !== '' && seen.has(value)
      seen.add(value)
      return again ? '' : value
    }),
  }))
}

/** Numbers of different bits (NaN payloads, -0) are different. */
function bits(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, held: unknown) => {
      if (held instanceof Map) return [...held]
      if (ArrayBuffer.isView(held)) return [...new Uint8Array(held.buffer, held.byteOffset, held.byteLength)]
      if (typeof held === 'number') return Object.is(held, -0) ? '-0' : String(held)
      return typeof held === 'bigint' ? `${held}n` : held
    }),
  )
}

describe('text', () => {
  it('carries any graph', () => {
    fc.assert(
      fc.property(graph(2), graph => {
        const printed = printGraph(graph)
        const parsed = parseGraph(printed, { weights: printedWeights(graph) })
        expect(bits(parsed)).toEqual(bits(graph))
        expect(printGraph(parsed)).toBe(printed)
      }),
    )
  })
})

describe('files', () => {
  it('carry any graph, bit for bit, and the same graph gives the same bytes', () => {
    const model = fc.record({
      graph: graph(2),
      opsets: fc
        .dictionary(text, fc.nat(100), { minKeys: 1 })
        .map(entries => new Map(Object.entries(entries))),
      irVersion: fc.integer({ min: 4, max: 12 }),
      producer: text,
      metadata: fc.dictionary(text, text).map(entries => new Map(Object.entries(entries))),
    })
    fc.assert(
      fc.property(model, (model: Model) => {
        const bytes = encodeModel(model)
        const read = decodeModel(bytes, 'test')
        expect(bits(read)).toEqual(bits(model))
        expect(encodeModel(read)).toEqual(bytes)
        expect(graphDigest(plainGraph(bytes))).toBe(graphDigest(model.graph))
      }),
    )
  })

  it.each(dtypes)('keep every bit of %s', (dtype: DType) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), bytes => {
        const weight = tensorOver(dtype, [64 / elementBytes[dtype]], new Uint8Array(bytes).buffer)
        const graph: Graph = {
          name: 'g',
          inputs: new Map(),
          outputs: new Map(),
          initializers: new Map([['w', weight]]),
          types: new Map(),
          nodes: [],
        }
        const model = { graph, opsets: new Map([['', 21]]), irVersion: 10, producer: '', metadata: new Map() }
        const read = decodeModel(encodeModel(model), 'test').graph.initializers.get('w')
        expect(read && [...bytesOf(read)]).toEqual([...bytes])
      }),
      { numRuns: 20 },
    )
  })
})
