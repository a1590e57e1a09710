// Writing the ONNX file format: what `protobuf.ts` reads, bit for bit.

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { Tensor } from '../core/index.js'
import { dtypeCodes } from './dtypes.js'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type TensorShapeProto_DimensionSchema,
  type TypeProto,
  TypeProto_SequenceSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.js'
import type { Attribute, Dim, Graph, Model, Node, Value, ValueType } from './graph.js'
import { irWithPlainInitializers } from './opset.js'
import { bytesOf } from './tensor-bytes.js'

/** What a file can hold beside what a graph knows of. */
export interface FileOptions {
  /** An output before all others: a list of tensors with none in it. The graph has no value of that name. */
  readonly emptyList?: Value | undefined
}

/** The bytes of an .onnx file: the same for the same model, always. */
export function encodeModel(model: Model, { emptyList }: FileOptions = {}): Uint8Array {
  const graph = graphProto(model.graph, model.irVersion)
  if (emptyList !== undefined) addEmptyList(graph, emptyList)
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(model.irVersion),
      producerName: model.producer,
      graph,
      opsetImport: Array.from(model.opsets, ([domain, version]) => ({ domain, version: BigInt(version) })),
      metadataProps: Array.from(model.metadata, ([key, value]) => ({ key, value })),
    }),
  )
}

function graphProto(graph: Graph, irVersion: number): GraphProto {
  const inputs = new Map(graph.inputs)
  if (irVersion < irWithPlainInitializers)
    for (const [value, { dtype, shape }] of graph.initializers) inputs.set(value, { dtype, shape })
  return create(GraphProtoSchema, {
    name: graph.name || 'graph',
    node: graph.nodes.map(node => nodeProto(node)),
    initializer: Array.from(graph.initializers, ([name, tensor]) => tensorProto(tensor, name)),
    input: Array.from(inputs, valueInfo),
    output: Array.from(graph.outputs, valueInfo),
    valueInfo: Array.from(graph.types, valueInfo),
  })
}

function addEmptyList(graph: GraphProto, name: Value): void {
  graph.node.unshift(create(NodeProtoSchema, { name, opType: 'SequenceEmpty', output: [name] }))
  const elemType = tensorType({ dtype: 'float32' })
  const type = create(TypeProtoSchema, {
    value: { case: 'sequenceType', value: create(TypeProto_SequenceSchema, { elemType }) },
  })
  graph.output.unshift(create(ValueInfoProtoSchema, { name, type }))
}

function nodeProto(node: Node): NodeProto {
  return create(NodeProtoSchema, {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  })
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const utf8 = new TextEncoder()
  const field = (): MessageInitShape<typeof AttributeProtoSchema> => {
    switch (attribute.kind) {
      case 'float':
        return { type: AttributeType.FLOAT, f: attribute.value }
      case 'int':
        return { type: AttributeType.INT, i: BigInt(attribute.value) }
      case 'string':
        return { type: AttributeType.STRING, s: utf8.encode(attribute.value) }
      case 'tensor':
        return { type: AttributeType.TENSOR, t: tensorProto(attribute.value) }
      case 'graph':
        return { type: AttributeType.GRAPH, g: graphProto(attribute.value, irWithPlainInitializers) }
      case 'floats':
        return { type: AttributeType.FLOATS, floats: [...attribute.value] }
      case 'ints':
        return { type: AttributeType.INTS, ints: attribute.value.map(BigInt) }
      case 'strings':
        return { type: AttributeType.STRINGS, strings: attribute.value.map(text => utf8.encode(text)) }
    }
  }
  return create(AttributeProtoSchema, { name, ...field() })
}

function tensorProto(tensor: Tensor, name = ''): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: tensor.shape.map(BigInt),
    dataType: dtypeCodes[tensor.dtype],
    rawData: bytesOf(tensor),
  })
}

function valueInfo([name, { dtype, shape }]: readonly [Value, ValueType]): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: tensorType({ dtype, shape }),
  })
}

function tensorType({ dtype, shape }: ValueType): TypeProto {
  return create(TypeProtoSchema, {
    value: {
      case: 'tensorType',
      value: create(TypeProto_TensorSchema, {
        elemType: dtypeCodes[dtype],
        ...(shape && { shape: { dim: shape.map(dimension) } }),
      }),
    },
  })
}

function dimension(dim: Dim): MessageInitShape<typeof TensorShapeProto_DimensionSchema> {
  return {
    value:
      typeof dim === 'number' ? { case: 'dimValue', value: BigInt(dim) } : { case: 'dimParam', value: dim },
  }
}
