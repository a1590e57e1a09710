// How a node of our operator set is written in an older one. Signatures come from `history.ts`; what changed its meaning, or
// moved from an input to an attribute, stands here, after ONNX's change log (Changelog.md, Operators.md).

import type { Attribute, Node, Value, ValueType } from '../graph.js'
import { formalAt } from '../infer.js'
import { operatorOf } from '../operators/index.js'
import { gains } from './history.js'

/** What is known of the values that a node reads. */
export interface Facts {
  type(value: Value): ValueType | undefined
  /** The elements of a constant of whole numbers. */
  numbers(value: Value): readonly number[] | undefined
}

/** The node as `opset` has it, meaning the same; undefined where that set cannot say it. */
export function formIn(node: Node, opset: number, facts: Facts): Node | undefined {
  if (node.domain !== '') return node
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined
  const written = rule ? rule(node, opset, facts) : node
  const plain = written && withoutDefaults(written, opset)
  return plain && takes(plain, opset, facts) ? plain : undefined
}

type Rule = (node: Node, opset: number, facts: Facts) => Node | undefined

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    ['Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'].map(kind => [
      `Reduce${kind}`,
      axesBefore18,
    ]),
  ),
  Split: evenlyBefore18,
  // Until then the number of outputs said whether it trains, and ONNX's own evaluator takes all of them for training
  // (findings/onnx-reference-batch-norm.sh).
  BatchNormalization: since(14, () => true),
  // A scale and a bias of each group, until then.
  GroupNormalization: since(21, () => true),
  RoiAlign: (node, opset) => {
    const name = 'coordinate_transformation_mode'
    if (opset >= 16) return node
    return textOf(node, name) === 'output_half_pixel' ? without(node, name) : undefined
  },
  ScatterElements: since(18, node => ['max', 'min'].includes(textOf(node, 'reduction') ?? '')),
  ScatterND: since(18, node => ['max', 'min'].includes(textOf(node, 'reduction') ?? '')),
  Pad: since(19, node => textOf(node, 'mode') === 'wrap'),
  Resize: since(19, node => textOf(node, 'coordinate_transformation_mode') === 'half_pixel_symmetric'),
  // Modes had other names, and volumes none.
  GridSample: since(20, () => true),
}

function since(first: number, isMeant: (node: Node) => boolean): Rule {
  return (node, opset) => (opset < first && isMeant(node) ? undefined : node)
}

/** Axes were an attribute until 18. */
function axesBefore18(node: Node, opset: number, { numbers }: Facts): Node | undefined {
  const [data, axes = ''] = node.inputs
  if (opset >= 18) return node
  const keepsAll = Number(numberOf(node, 'noop_with_empty_axes') ?? 0) !== 0
  const given = axes === '' ? [] : numbers(axes)
  if (!given || (given.length === 0 && keepsAll)) return undefined
  const { noop_with_empty_axes: _, ...attributes } = node.attributes
  // None means all.
  const written: Record<string, Attribute> = given.length > 0 ? { axes: { kind: 'ints', value: given } } : {}
  return { ...node, inputs: [data], attributes: { ...attributes, ...written } }
}

/** Until 18 the outputs were counted; parts that differ have to be given. */
function evenlyBefore18(node: Node, opset: number, { type }: Facts): Node | undefined {
  if (opset >= 18 || node.attributes.num_outputs === undefined) return node
  const shape = type(node.inputs[0])?.shape
  const axis = Number(numberOf(node, 'axis') ?? 0)
  const size = shape?.at(axis)
  return typeof size === 'number' && size % node.outputs.length === 0
    ? without(node, 'num_outputs')
    : undefined
}

/** An attribute that says what is so anyway may be unknown to an older set. */
function withoutDefaults(node: Node, opset: number): Node {
  const specs = operatorOf(node)?.attributes ?? {}
  const later = gainedAfter(node, opset).flatMap(({ attributes = [] }) => attributes)
  const idle = later.filter(name => {
    const [attribute, spec] = [node.attributes[name], specs[name]]
    return attribute && spec?.presence === 'defaulted' && isSame(attribute, spec.fallback)
  })
  return idle.reduce(without, node)
}

/** Whether an operator set has this node: the operator, each attribute and input, each element type. */
function takes(node: Node, opset: number, { type }: Facts): boolean {
  const formals = operatorOf(node)?.inputs ?? []
  if (node.inputs.some((value, i) => value !== '' && (formalAt(formals, i)?.since ?? 0) > opset)) return false
  return gainedAfter(node, opset).every(
    ({ isNew, attributes = [], inputs = {} }) =>
      !isNew &&
      !attributes.some(name => node.attributes[name]) &&
      !Object.entries(inputs).some(([i, dtypes]) => {
        const dtype = type(node.inputs[Number(i)] ?? '')?.dtype
        return dtype !== undefined && dtypes.includes(dtype)
      }),
  )
}

function gainedAfter({ op }: Node, opset: number): readonly (typeof gains)[string][number][] {
  return Object.hasOwn(gains, op) ? gains[op].filter(gain => gain.since > opset) : []
}

function isSame(attribute: Attribute, fallback: unknown): boolean {
  if (attribute.kind === 'int') return Number(attribute.value) === fallback
  return (attribute.kind === 'string' || attribute.kind === 'float') && attribute.value === fallback
}

function without(node: Node, name: string): Node {
  const { [name]: _, ...attributes } = node.attributes
  return { ...node, attributes }
}

function textOf({ attributes }: Node, name: string): string | undefined {
  const attribute = attributes[name]
  return attribute?.kind === 'string' ? attribute.value : undefined
}

function numberOf({ attributes }: Node, name: string): number | bigint | undefined {
  const attribute = attributes[name]
  return attribute?.kind === 'int' ? attribute.value : undefined
}
