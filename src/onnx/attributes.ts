import { ChiquitoError, type Tensor } from '../core/index.js'
import { dtypeCodes, dtypeOfCode, isDType } from './dtypes.js'
import type { Attribute, Graph, Node } from './graph.js'
import {
  type AttributeReads,
  type AttributeSpec,
  type AttributeSpecs,
  type AttributeValuesOf,
  type OpType,
  operators,
  type Read,
  type SpecKind,
} from './operators/index.js'

/**
 * The attributes of a node of a known operator, with the defaults of our operator set filled in:
 * `readAttributes('Conv', node).group`. A graph of another operator set is brought to ours first (`upgradeModel`).
 */
export function readAttributes<K extends OpType>(op: K, node: Node): AttributeValuesOf<K>
export function readAttributes(op: OpType, node: Node): Read<AttributeSpecs> {
  return readWith(operators[op].attributes, node)
}

/** As {@link readAttributes}, by the table's row. */
export function readWith(specs: AttributeSpecs, node: Node): Read<AttributeSpecs> {
  const out: Record<string, AttributeReads[SpecKind] | undefined> = {}
  for (const [name, spec] of Object.entries(specs)) out[name] = readOne(name, spec, node)
  return out
}

function readOne(name: string, spec: AttributeSpec, node: Node): AttributeReads[SpecKind] | undefined {
  const attribute = node.attributes[name]
  if (attribute === undefined) return spec.fallback
  if (attribute.kind !== attributeKind(spec.kind))
    throw new ChiquitoError(
      'model',
      `Attribute ${name} of node ${node.name} (${node.op}) must be ${spec.kind}, but is ${attribute.kind}.`,
    )
  if (attribute.kind === 'int') {
    const value = Number(attribute.value)
    return spec.kind === 'dtype' ? dtypeOfCode(value) : value
  }
  return attribute.kind === 'ints' ? attribute.value.map(Number) : attribute.value
}

/** The kind under which an attribute of the table is stored. */
export function attributeKind(kind: SpecKind): Attribute['kind'] {
  return kind === 'dtype' ? 'int' : kind
}

/** A caller's value as an attribute of the kind the table asks for; undefined when it is of another kind. */
export function toAttribute(kind: SpecKind, value: unknown): Attribute | undefined {
  switch (kind) {
    case 'int':
      return isWhole(value) ? { kind, value } : undefined
    case 'float':
      return typeof value === 'number' ? { kind, value: Math.fround(value) } : undefined
    case 'string':
      return typeof value === 'string' ? { kind, value } : undefined
    case 'dtype':
      return typeof value === 'string' && isDType(value)
        ? { kind: 'int', value: dtypeCodes[value] }
        : undefined
    case 'tensor':
      return isTensor(value) ? { kind, value } : undefined
    case 'graph':
      return isGraph(value) ? { kind, value } : undefined
    case 'ints':
      return Array.isArray(value) && value.every(isWhole) ? { kind, value } : undefined
    case 'floats':
      return Array.isArray(value) && value.every(isNumber)
        ? { kind, value: value.map(Math.fround) }
        : undefined
    case 'strings':
      return Array.isArray(value) && value.every(isString) ? { kind, value } : undefined
  }
}

const isWhole = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value)
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isString = (value: unknown): value is string => typeof value === 'string'

function isTensor(value: unknown): value is Tensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'dtype' in value &&
    typeof value.dtype === 'string' &&
    isDType(value.dtype) &&
    'shape' in value &&
    'data' in value
  )
}

function isGraph(value: unknown): value is Graph {
  return typeof value === 'object' && value !== null && 'nodes' in value && 'initializers' in value
}
