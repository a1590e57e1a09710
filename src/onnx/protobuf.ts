// Reading the ONNX file format. Only this file, `protobuf-functions.ts` and `protobuf-write.ts` know protobuf; all else works on graphs.
//
// Kept: everything a runtime acts on, bit for bit, and metadata. Left out: doc strings, the metadata of single nodes
// and values, quantization annotations, sharding hints, and declared types of inner values that are not tensors.
// Refused by name: what we could not give back unchanged.

import { fromBinary, isFieldSet } from '@bufbuild/protobuf'
import { ChiquitoError, type DType, elementBytes, messageOf, sizeOf, type Tensor } from '../core/index.js'
import { dtypeCodes, dtypeOfCode } from './dtypes.js'
import { type ExternalFiles, externalBytes } from './external-data.js'
import { isForeign, whatItIs } from './foreign-files.js'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  type TypeProto,
  type ValueInfoProto,
} from './generated/onnx_pb.js'
import type { Attribute, Dim, Graph, Model, Node, Value, ValueType } from './graph.js'
import { irWithPlainInitializers } from './opset.js'
import { withoutFunctions } from './protobuf-functions.js'
import { tensorOf, tensorOver } from './tensor-bytes.js'

/**
 * Reads an .onnx file's bytes, unverified.
 *
 * @param name what errors call it.
 * @param files the contents of files that its tensors lie in, by location.
 */
export function decodeModel(bytes: Uint8Array, name: string, files: ExternalFiles = new Map()): Model {
  return new Reader(name, files).model(bytes)
}

/** The files beside an .onnx file in which its tensors lie, as it names them; none for bytes that are no model. */
export function externalLocations(bytes: Uint8Array): string[] {
  const found = new Set<string>()
  const look = ({ initializer, node }: Pick<GraphProto, 'initializer' | 'node'>) => {
    const attributes = node.flatMap(({ attribute }) => attribute)
    for (const { externalData } of [...initializer, ...attributes.flatMap(({ t }) => t ?? [])])
      for (const { key, value } of externalData) if (key === 'location') found.add(value)
    for (const { g } of attributes) if (g) look(g)
  }
  try {
    const { graph, functions } = fromBinary(ModelProtoSchema, bytes)
    if (graph) look(graph)
    for (const { node } of functions) look({ initializer: [], node })
  } catch {
    // What is wrong is said where the model is read.
    return []
  }
  return [...found]
}

class Reader {
  private readonly text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor(
    private readonly file: string,
    private readonly files: ExternalFiles,
  ) {}

  model(bytes: Uint8Array): Model {
    if (bytes.byteLength === 0) this.fail('is empty, not an ONNX model')
    const proto = this.parse(bytes)
    if (!proto.graph || proto.opsetImport.length === 0)
      this.fail(`is ${whatItIs(bytes)}: it has no graph or names no operator set`)
    const table = proto.graph.node.find(({ domain }) => domain === 'ai.onnx.ml')
    if (table)
      this.fail(
        `is a model for tables, as scikit-learn and others export it (it has ${table.opType} of ai.onnx.ml); expected a neural network`,
      )
    this.known(proto, 'the model')
    if (proto.trainingInfo.length > 0) this.fail('holds training information, which we would lose')
    const irVersion = this.whole(proto.irVersion, 'the file format version')
    const graph = this.graph(
      withoutFunctions(proto.graph, proto, message => this.fail(message)),
      irVersion,
    )
    const metadata = this.unique(
      proto.metadataProps.map(({ key, value }) => [key, value]),
      'metadata entries',
    )
    return { graph, opsets: this.opsets(proto), irVersion, producer: proto.producerName, metadata }
  }

  private parse(bytes: Uint8Array): ModelProto {
    try {
      return fromBinary(ModelProtoSchema, bytes)
    } catch (error) {
      const what = whatItIs(bytes)
      // The parser's words are for what was a model once.
      return this.fail(`is ${what}${isForeign(what) ? '' : `: ${messageOf(error)}`}`, error)
    }
  }

  private opsets(proto: ModelProto): Map<string, number> {
    const opsets = new Map<string, number>()
    for (const { domain, version } of proto.opsetImport) {
      const key = standardDomain(domain)
      const number = this.whole(version, `the operator set of domain '${domain}'`)
      if ((opsets.get(key) ?? number) !== number) this.fail(`names two operator sets of domain '${domain}'`)
      opsets.set(key, number)
    }
    return opsets
  }

  private graph(proto: GraphProto, irVersion: number): Graph {
    this.known(proto, `graph ${proto.name}`)
    if (proto.sparseInitializer.length > 0)
      this.fail(
        `holds the sparse tensor ${proto.sparseInitializer[0].values?.name}; only dense ones can be read`,
      )
    const initializers = this.unique(
      proto.initializer.map(tensor => [tensor.name, this.tensor(tensor, tensor.name)]),
      'initializer',
    )
    const inputs = this.unique(
      proto.input.map(info => [info.name, this.portType(info)]),
      'input',
    )
    if (irVersion < irWithPlainInitializers) for (const value of initializers.keys()) inputs.delete(value)
    const outputs = this.unique(
      proto.output.map(info => [info.name, this.portType(info)]),
      'output',
    )
    const types = new Map<Value, ValueType>()
    for (const info of proto.valueInfo) {
      const type = info.type && this.type(info.type, info.name)
      if (type) types.set(info.name, type)
    }
    const nodes = proto.node.map(node => this.node(node, irVersion))
    return { name: proto.name, inputs, outputs, initializers, types, nodes }
  }

  private unique<T>(entries: readonly (readonly [Value, T])[], what: string): Map<Value, T> {
    const map = new Map<Value, T>()
    for (const [value, held] of entries) {
      if (map.has(value)) this.fail(`has two ${what}s named ${value}`)
      map.set(value, held)
    }
    return map
  }

  private node(proto: NodeProto, irVersion: number): Node {
    const label = `node ${proto.name || proto.output[0]} (${proto.opType})`
    this.known(proto, label)
    if (proto.overload !== '') this.fail(`${label} calls a function overload (${proto.overload})`)
    const attributes = this.unique(
      proto.attribute.map(attribute => [attribute.name, this.attribute(attribute, label, irVersion)]),
      `attributes of ${label}`,
    )
    return {
      name: proto.name,
      op: proto.opType,
      domain: standardDomain(proto.domain),
      inputs: proto.input,
      outputs: proto.output,
      attributes: Object.fromEntries(attributes),
    }
  }

  private attribute(proto: AttributeProto, node: string, irVersion: number): Attribute {
    const label = `attribute ${proto.name} of ${node}`
    this.known(proto, label)
    if (proto.refAttrName !== '') this.fail(`${label} refers to a function's attribute`)
    switch (proto.type === AttributeType.UNDEFINED ? kindByField(proto) : proto.type) {
      case AttributeType.FLOAT:
        return { kind: 'float', value: proto.f }
      case AttributeType.INT:
        return { kind: 'int', value: compact(proto.i) }
      case AttributeType.STRING:
        return { kind: 'string', value: this.string(proto.s, label) }
      case AttributeType.FLOATS:
        return { kind: 'floats', value: proto.floats }
      case AttributeType.INTS:
        return { kind: 'ints', value: proto.ints.map(compact) }
      case AttributeType.STRINGS:
        return { kind: 'strings', value: proto.strings.map(bytes => this.string(bytes, label)) }
      case AttributeType.TENSOR:
        if (!proto.t) return this.fail(`${label} has no tensor`)
        return { kind: 'tensor', value: this.tensor(proto.t, label) }
      case AttributeType.GRAPH:
        if (!proto.g) return this.fail(`${label} has no graph`)
        return { kind: 'graph', value: this.graph(proto.g, Math.max(irVersion, irWithPlainInitializers)) }
      default:
        return this.fail(
          `${label} is of a kind that cannot be read (${AttributeType[proto.type] ?? proto.type})`,
        )
    }
  }

  private string(bytes: Uint8Array, label: string): string {
    try {
      return this.text.decode(bytes)
    } catch {
      return this.fail(`${label} is not UTF-8 text`)
    }
  }

  private portType(info: ValueInfoProto): ValueType {
    const type = info.type && this.type(info.type, info.name)
    if (type) return type
    return this.fail(
      `has ${info.name}, an input or output of type ${describe(info.type)}; only tensors of ${supported} can be read`,
    )
  }

  /** Undefined for what is no tensor, or one of elements we do not hold. */
  private type(proto: TypeProto, name: string): ValueType | undefined {
    if (proto.value.case !== 'tensorType') return undefined
    const { elemType, shape } = proto.value.value
    const dtype = dtypeOfCode(elemType)
    if (!dtype) return undefined
    if (!shape) return { dtype }
    const dims = shape.dim.map(({ value }, axis): Dim => {
      if (value.case === 'dimParam' && value.value !== '') return value.value
      // Some exporters write -1, or nothing, for a size that is not known.
      if (value.case !== 'dimValue' || value.value < 0n) return `${name}.${axis}`
      return this.whole(value.value, `dimension ${axis} of ${name}`)
    })
    return { dtype, shape: dims }
  }

  private tensor(proto: TensorProto, name: string): Tensor {
    const label = `tensor ${name}`
    this.known(proto, label)
    if (proto.segment) this.fail(`keeps ${label} in segments`)
    const dtype = dtypeOfCode(proto.dataType)
    if (!dtype)
      return this.fail(
        `has ${label} of ${typeName(proto.dataType)}; only tensors of ${supported} can be read`,
      )
    const shape = proto.dims.map((dim, axis) => this.whole(dim, `dimension ${axis} of ${label}`))
    const size = sizeOf(shape)
    if (proto.dataLocation === DataLocation.EXTERNAL || proto.externalData.length > 0) {
      const found = externalBytes(proto.externalData, size * elementBytes[dtype], this.files)
      if (typeof found === 'string') return this.fail(`keeps the data of ${label} in another file ${found}`)
      return tensorOver(dtype, shape, found)
    }
    if (proto.rawData.length > 0) {
      if (typedField(proto, dtype).length > 0) this.fail(`has ${label} twice, as bytes and as numbers`)
      if (proto.rawData.length !== size * elementBytes[dtype])
        this.fail(`has ${label} of ${dtype}[${shape.join(', ')}] in ${proto.rawData.length} bytes`)
      // Not slice(): on a Buffer that would be a view of its pool.
      return tensorOver(dtype, shape, new Uint8Array(proto.rawData).buffer)
    }
    const elements = typedField(proto, dtype)
    if (elements.length !== size)
      this.fail(`has ${label} of ${dtype}[${shape.join(', ')}] with ${elements.length} elements`)
    return tensorOf(dtype, shape, elements) ?? this.fail(`has ${label} with elements outside ${dtype}`)
  }

  private whole(value: bigint, label: string): number {
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`has ${value} as ${label}`)
    return Number(value)
  }

  /** What a newer format added could change what the model means. */
  private known(proto: { $unknown?: { no: number }[] | undefined }, label: string): void {
    const [first] = proto.$unknown ?? []
    if (first) this.fail(`is damaged or of a newer format: ${label} has an unknown field ${first.no}`)
  }

  private fail(message: string, cause?: unknown): never {
    throw new ChiquitoError('model', `${this.file} ${message}.`, { cause })
  }
}

const supported = Object.keys(dtypeCodes).join(', ')

function typeName(code: number): string {
  return (DataType[code] ?? `element type ${code}`).toLowerCase()
}

/** A type that we cannot hold, for a message: `sequenceType`, `string`, `unknown`. */
function describe(type: TypeProto | undefined): string {
  if (type?.value.case === 'tensorType') return typeName(type.value.value.elemType)
  return type?.value.case ?? 'unknown'
}

/** An int64 as a number where that is exact. */
function compact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** `ai.onnx` is the standard domain's full name. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

/** The list that holds elements of this type where there are no raw bytes. */
function typedField(proto: TensorProto, dtype: DType): readonly number[] | readonly bigint[] {
  switch (dtype) {
    case 'float32':
      return proto.floatData
    case 'float64':
      return proto.doubleData
    case 'int64':
      return proto.int64Data
    case 'uint64':
    case 'uint32':
      return proto.uint64Data
    default:
      return proto.int32Data
  }
}

/** The first format version had no field for an attribute's kind: it is the one that is set. */
function kindByField(proto: AttributeProto): AttributeType {
  if (proto.t) return AttributeType.TENSOR
  if (proto.g) return AttributeType.GRAPH
  if (proto.floats.length > 0) return AttributeType.FLOATS
  if (proto.ints.length > 0) return AttributeType.INTS
  if (proto.strings.length > 0) return AttributeType.STRINGS
  if (isFieldSet(proto, AttributeProtoSchema.field.f)) return AttributeType.FLOAT
  if (isFieldSet(proto, AttributeProtoSchema.field.i)) return AttributeType.INT
  return isFieldSet(proto, AttributeProtoSchema.field.s) ? AttributeType.STRING : AttributeType.UNDEFINED
}
