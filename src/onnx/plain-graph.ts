import type { DType } from '../core/index.js'
import { dtypeOfCode } from './dtypes.js'
import { irWithPlainInitializers } from './opset.js'
import { bytesOf, tensorOf } from './tensor-bytes.js'
import { fieldsOf, Malformed, textOf, wholeNumbers } from './wire.js'

// The graph of a file that was scanned, read without a library, as far as what it computes is concerned. Field numbers are those of
// onnx.proto. `protobuf.ts` reads the same with all that a program needs to know. Also loads in browsers.

/** What a graph computes. Every `Graph` is one, too. */
export interface PlainGraph {
  readonly inputs: ReadonlyMap<string, unknown>
  readonly outputs: ReadonlyMap<string, unknown>
  readonly nodes: readonly PlainNode[]
  readonly initializers: ReadonlyMap<string, PlainTensor>
}

export interface PlainNode {
  readonly op: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, PlainAttribute>>
}

export type PlainAttribute =
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: PlainTensor }
  | { readonly kind: 'graph'; readonly value: PlainGraph }
  | { readonly kind: 'ints'; readonly value: readonly (number | bigint)[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }

export interface PlainTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  /** Its elements, little-endian. */
  readonly data: ArrayBufferView
}

/** The graph in the bytes of an .onnx file. @throws Malformed where they are damaged, or hold what no model of ours does */
export function plainGraph(model: Uint8Array): PlainGraph {
  const all = messageOf(model)
  const graphs = all.all(7)
  if (graphs.length !== 1) throw new Malformed()
  return graphOf(graphs[0], Number(all.whole(1)))
}

/** Fields of a message by number, each in the order of the file. */
class Message {
  constructor(private readonly fields: ReadonlyMap<number, readonly Uint8Array[]>) {}

  all(field: number): readonly Uint8Array[] {
    return this.fields.get(field) ?? []
  }

  /** Of what may stand once, the last one counts. */
  one(field: number): Uint8Array {
    return this.all(field).at(-1) ?? new Uint8Array(0)
  }

  text(field: number): string {
    return textOf(this.one(field))
  }

  texts(field: number): string[] {
    return this.all(field).map(textOf)
  }

  whole(field: number): bigint {
    return BigInt.asIntN(64, wholeNumbers(this.one(field)).at(-1) ?? 0n)
  }

  /** Packed or one by one. */
  wholes(field: number): bigint[] {
    return this.all(field).flatMap(wholeNumbers)
  }

  /** Packed or one by one, of 4 or 8 bytes each. */
  floats(field: number, width: 4 | 8): number[] {
    return this.all(field).flatMap(bytes => {
      if (bytes.length % width !== 0) throw new Malformed()
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return Array.from({ length: bytes.length / width }, (_, i) =>
        width === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
      )
    })
  }
}

function messageOf(bytes: Uint8Array): Message {
  const fields = new Map<number, Uint8Array[]>()
  for (const { field, value } of fieldsOf(bytes)) {
    const before = fields.get(field)
    if (before) before.push(value)
    else fields.set(field, [value])
  }
  return new Message(fields)
}

/** GraphProto: node = 1, initializer = 5, input = 11, output = 12. */
function graphOf(bytes: Uint8Array, irVersion: number): PlainGraph {
  const graph = messageOf(bytes)
  const initializers = new Map(
    graph
      .all(5)
      .map(messageOf)
      .map((one): [string, PlainTensor] => [one.text(8), tensorIn(one)]),
  )
  const named = (field: number) =>
    new Map(graph.all(field).map((one): [string, unknown] => [messageOf(one).text(1), undefined]))
  const inputs = named(11)
  if (irVersion < irWithPlainInitializers) for (const name of initializers.keys()) inputs.delete(name)
  return {
    inputs,
    outputs: named(12),
    initializers,
    nodes: graph.all(1).map(one => nodeOf(messageOf(one), irVersion)),
  }
}

/** NodeProto: input = 1, output = 2, op_type = 4, attribute = 5, domain = 7. */
function nodeOf(node: Message, irVersion: number): PlainNode {
  const attributes = node.all(5).map(messageOf)
  const domain = node.text(7)
  return {
    op: node.text(4),
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs: node.texts(1),
    outputs: node.texts(2),
    attributes: Object.fromEntries(attributes.map(one => [one.text(1), attributeOf(one, irVersion)])),
  }
}

/** AttributeProto, whose kind (20) is left out by the first version of the format, which our models are not of. */
function attributeOf(attribute: Message, irVersion: number): PlainAttribute {
  switch (Number(attribute.whole(20))) {
    case 1:
      return { kind: 'float', value: attribute.floats(2, 4).at(-1) ?? 0 }
    case 2:
      return { kind: 'int', value: attribute.whole(3) }
    case 3:
      return { kind: 'string', value: attribute.text(4) }
    case 4:
      return { kind: 'tensor', value: tensorIn(messageOf(attribute.one(5))) }
    case 5:
      return {
        kind: 'graph',
        value: graphOf(attribute.one(6), Math.max(irVersion, irWithPlainInitializers)),
      }
    case 6:
      return { kind: 'floats', value: attribute.floats(7, 4) }
    case 7:
      return { kind: 'ints', value: attribute.wholes(8).map(one => BigInt.asIntN(64, one)) }
    case 8:
      return { kind: 'strings', value: attribute.texts(9) }
    default:
      throw new Malformed()
  }
}

/** TensorProto: dims = 1, data_type = 2, raw_data = 9; elements that do not stand there as bytes have a field for each kind. */
function tensorIn(tensor: Message): PlainTensor {
  const dtype = dtypeOfCode(Number(tensor.whole(2)))
  if (dtype === undefined) throw new Malformed()
  const shape = tensor.wholes(1).map(Number)
  const raw = tensor.one(9)
  if (raw.length > 0) return { dtype, shape, data: raw }
  const typed = tensorOf(dtype, shape, elementsOf(tensor, dtype))
  if (!typed) throw new Malformed()
  return { dtype, shape, data: bytesOf(typed) }
}

/** Elements as numbers: float_data = 4, int32_data = 5, int64_data = 7, double_data = 10, uint64_data = 11. */
function elementsOf(tensor: Message, dtype: DType): readonly number[] | readonly bigint[] {
  const signed = (field: number) => tensor.wholes(field).map(one => BigInt.asIntN(64, one))
  switch (dtype) {
    case 'float32':
      return tensor.floats(4, 4)
    case 'float64':
      return tensor.floats(10, 8)
    case 'int64':
      return signed(7)
    case 'uint64':
    case 'uint32':
      return tensor.wholes(11)
    default:
      return signed(5)
  }
}
