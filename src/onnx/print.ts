import { fromHalf, sizeOf, type Tensor } from '../core/index.js'
import type { Attribute, Dim, Graph, Node, Value, ValueType } from './graph.js'
import { bytesOf } from './tensor-bytes.js'

/** Tensors with more elements are printed as `{…}`: their shape says more than a wall of numbers. */
export const maxPrintedElements = 64

/**
 * The graph as text, one line a value, which {@link parseGraph} reads back:
 *
 * ```
 * graph small
 * input x: float32[batch, 3, 8, 8]
 * weight w: float32[4, 3, 3, 3] {…}
 * weight axes: int64[1] {1}
 * Conv: float32[batch, 4, 8, 8] = Conv(x, w) pads=[1, 1, 1, 1]
 * Clip = Clip(Conv, , six) @"node name where it is not the first output"
 * output Clip: float32[batch, 4, 8, 8]
 * ```
 *
 * Names other than letters, digits and `_ . / -` are quoted, floats always have a point or an exponent, a left-out
 * input is empty, an operator of another domain is `domain:Op`, and a subgraph is an indented block in braces.
 */
export function printGraph(graph: Graph): string {
  return `${lines(graph).join('\n')}\n`
}

/**
 * The tensors that {@link printGraph} leaves out, by the names under which {@link parseGraph} looks for them: a
 * weight's own, and `value.attribute` for one held by the node that computes `value`.
 */
export function printedWeights(graph: Graph): Map<string, Tensor> {
  const weights = new Map<string, Tensor>(graph.initializers)
  for (const node of graph.nodes)
    for (const [key, attribute] of Object.entries(node.attributes)) {
      if (attribute.kind === 'tensor') weights.set(`${node.outputs[0]}.${key}`, attribute.value)
      if (attribute.kind !== 'graph') continue
      for (const [name, tensor] of printedWeights(attribute.value)) weights.set(name, tensor)
    }
  return weights
}

function lines(graph: Graph): string[] {
  return [
    `graph ${word(graph.name)}`,
    ...Array.from(graph.inputs, ([value, type]) => `input ${word(value)}: ${printType(type)}`),
    ...Array.from(graph.initializers, ([value, tensor]) => `weight ${word(value)}: ${printTensor(tensor)}`),
    ...graph.nodes.map(node => nodeText(node, graph)),
    ...otherTypes(graph),
    ...Array.from(graph.outputs, ([value, type]) => `output ${word(value)}: ${printType(type)}`),
  ]
}

function nodeText(node: Node, graph: Graph): string {
  const results = node.outputs.map(value => {
    const type = graph.types.get(value)
    return value === '' ? '' : word(value) + (type ? `: ${printType(type)}` : '')
  })
  const op = node.domain === '' ? word(node.op) : `${word(node.domain)}:${word(node.op)}`
  const inputs = node.inputs.map(value => (value === '' ? '' : word(value)))
  // A single left-out value must not look like none at all.
  const list = (values: string[]) =>
    (values.length > 0 && values.at(-1) === '' ? [...values, ''] : values).join(', ')
  const attributes = Object.entries(node.attributes).map(
    ([key, attribute]) => ` ${word(key)}=${printAttribute(attribute)}`,
  )
  const name = node.name === node.outputs[0] ? '' : ` @${word(node.name)}`
  return `${list(results)} = ${op}(${list(inputs)})${attributes.join('')}${name}`
}

/** Declared types of values that no node of this graph assigns (a model may say them of inputs or weights). */
function otherTypes(graph: Graph): string[] {
  const assigned = new Set<Value>(graph.nodes.flatMap(node => node.outputs))
  return Array.from(graph.types)
    .filter(([value]) => !assigned.has(value))
    .map(([value, type]) => `type ${word(value)}: ${printType(type)}`)
}

/** `float32[batch, 3]`, or `float32` where not even the rank is known. */
export function printType(type: ValueType): string {
  return type.dtype + (type.shape ? `[${type.shape.map(printDim).join(', ')}]` : '')
}

function printDim(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : word(dim)
}

function printAttribute(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'int':
      return String(attribute.value)
    case 'float':
      return printFloat(attribute.value, Math.fround)
    case 'string':
      return JSON.stringify(attribute.value)
    case 'tensor':
      return printTensor(attribute.value)
    case 'graph':
      return `{\n${indented(lines(attribute.value))}\n}`
    case 'ints':
      return listOf('ints', attribute.value.map(String))
    case 'floats':
      return listOf(
        'floats',
        attribute.value.map(x => printFloat(x, Math.fround)),
      )
    case 'strings':
      return listOf(
        'strings',
        attribute.value.map(text => JSON.stringify(text)),
      )
  }
}

/** A line may itself be a block: every line break outside quotes begins a new one, inside they are escaped. */
function indented(block: readonly string[]): string {
  return block
    .flatMap(line => line.split('\n'))
    .map(line => `  ${line}`)
    .join('\n')
}

/** An empty list needs its kind said. */
function listOf(kind: string, elements: readonly string[]): string {
  return elements.length === 0 ? `${kind}[]` : `[${elements.join(', ')}]`
}

function printTensor(tensor: Tensor): string {
  const type = printType({ dtype: tensor.dtype, shape: tensor.shape })
  return `${type} {${sizeOf(tensor.shape) > maxPrintedElements ? '…' : elementTexts(tensor).join(', ')}}`
}

function elementTexts(tensor: Tensor): string[] {
  switch (tensor.dtype) {
    case 'float32':
      return Array.from(tensor.data, (x, i) =>
        Number.isNaN(x) ? rawBits(tensor, i) : printFloat(x, Math.fround),
      )
    case 'float64':
      return Array.from(tensor.data, (x, i) => (Number.isNaN(x) ? rawBits(tensor, i) : printFloat(x, y => y)))
    case 'float16':
      return Array.from(tensor.data, (bits, i) => {
        const x = fromHalf(bits)
        return Number.isNaN(x) ? rawBits(tensor, i) : printFloat(x, y => y)
      })
    case 'bfloat16':
      return Array.from(tensor.data, (_, i) => rawBits(tensor, i))
    case 'bool':
      return Array.from(tensor.data, x => (x === 1 ? 'true' : x === 0 ? 'false' : String(x)))
    default:
      return Array.from(tensor.data, String)
  }
}

/** The bits of an element, most significant first: NaNs keep their payload. */
function rawBits(tensor: Tensor, index: number): string {
  const bytes = bytesOf(tensor)
  const size = tensor.data.BYTES_PER_ELEMENT
  const element = bytes.slice(index * size, (index + 1) * size).reverse()
  return `0x${Array.from(element, byte => byte.toString(16).padStart(2, '0')).join('')}`
}

/** The shortest decimal that reads back as the same number; always with a point, an exponent or a name. */
function printFloat(x: number, round: (y: number) => number): string {
  if (Number.isNaN(x)) return 'nan'
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf'
  if (Object.is(x, -0)) return '-0.0'
  const text = shortest(x, round)
  return /[.e]/.test(text) ? text : `${text}.0`
}

function shortest(x: number, round: (y: number) => number): string {
  for (let digits = 1; digits < 17; digits++) {
    const text = String(Number(x.toPrecision(digits)))
    if (round(Number(text)) === x) return text
  }
  return String(x)
}

const plain = /^[A-Za-z_/][\w./-]*$/

/** Names that would read as something else are quoted. */
function word(name: string): string {
  return plain.test(name) && !/^(nan|inf|true|false)\b/.test(name) ? name : JSON.stringify(name)
}
