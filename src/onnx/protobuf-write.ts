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
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.js'
import type { Attribute, Dim, Graph, Model, Node, Value, ValueType } from './graph.js'
import { irWithPlainInitializers } from './opset.js'
import { bytesOf } from './tensor-bytes.js'

/** The bytes of an .onnx file: the same for the same model, always. */
export function encodeModel(model: Model): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(model.irVersion),
      producerName: model.producer,
      graph: graphProto(model.graph, model.irVersion),
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
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: dtypeCodes[dtype],
          ...(shape && { shape: { dim: shape.map(dimension) } }),
        }),
      },
    }),
  })
}

function dimension(dim: Dim): MessageInitShape<typeof TensorShapeProto_DimensionSchema> {
  return {
    value:
      typeof dim === 'number' ? { case: 'dimValue', value: BigInt(dim) } : { case: 'dimParam', value: dim },
  }
}
