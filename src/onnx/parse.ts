import { type DType, elementBytes, sizeOf, type Tensor, toHalf } from '../core/index.js'
import { isDType } from './dtypes.js'
import type { Attribute, Dim, Graph, Node, Value, ValueType } from './graph.js'
import { tensorOf, tensorOver } from './tensor-bytes.js'
import { Tokens } from './tokens.js'

export interface ParseOptions {
  /** Tensors for those printed as `{…}` ({@link printedWeights}); one that is not here is all zeros. */
  readonly weights?: ReadonlyMap<string, Tensor> | undefined
}

/**
 * Reads the text that {@link printGraph} writes; blank lines and lines that start with `#` are skipped. The graph is
 * not verified. Throws `model` with the line number where the text cannot be read.
 */
export function parseGraph(text: string, options: ParseOptions = {}): Graph {
  const tokens = new Tokens(text)
  const graph = new GraphParser(tokens, options.weights ?? new Map()).graph()
  tokens.end()
  return graph
}

class GraphParser {
  constructor(
    private readonly tokens: Tokens,
    private readonly weights: ReadonlyMap<string, Tensor>,
  ) {}

  graph(): Graph {
    const { tokens } = this
    tokens.skipLines()
    tokens.expect('graph')
    const name = tokens.name('the graph')
    const inputs = new Map<Value, ValueType>()
    const outputs = new Map<Value, ValueType>()
    const initializers = new Map<Value, Tensor>()
    const types = new Map<Value, ValueType>()
    const nodes: Node[] = []
    for (;;) {
      tokens.skipLines()
      if (tokens.atEnd() || tokens.at('}')) break
      if (this.declares('input')) this.typed(inputs)
      else if (this.declares('output')) this.typed(outputs)
      else if (this.declares('type')) this.typed(types)
      else if (this.declares('weight')) {
        const value = tokens.name('a weight')
        tokens.expect(':')
        if (initializers.has(value)) tokens.fail(`there is a weight ${value} already`)
        initializers.set(value, this.tensor(value))
      } else nodes.push(this.node(types))
    }
    return { name, inputs, outputs, initializers, types, nodes }
  }

  /** A keyword begins a declaration where a name follows it; else it is itself the name of a node's result. */
  private declares(keyword: string): boolean {
    if (!this.tokens.at(keyword) || !this.tokens.nameFollows()) return false
    this.tokens.expect(keyword)
    return true
  }

  private typed(into: Map<Value, ValueType>): void {
    const value = this.tokens.name('a value')
    if (into.has(value)) this.tokens.fail(`${value} is declared twice`)
    this.tokens.expect(':')
    into.set(value, this.type())
  }

  private type(): ValueType {
    const dtype = this.dtype()
    return this.tokens.take('[') ? { dtype, shape: this.listUntil(']', () => this.dim()) } : { dtype }
  }

  private dtype(): DType {
    const dtype = this.tokens.name('an element type')
    return isDType(dtype) ? dtype : this.tokens.fail(`${dtype} is no element type`)
  }

  private dim(): Dim {
    const number = this.tokens.number()
    if (number === undefined) return this.tokens.name('a dimension')
    const dim = Number(number)
    return Number.isSafeInteger(dim) ? dim : this.tokens.fail(`${number} is no dimension`)
  }

  private node(types: Map<Value, ValueType>): Node {
    const { tokens } = this
    const outputs = this.valuesUntil('=', value => {
      if (tokens.take(':')) types.set(value, this.type())
    })
    let op = tokens.name('an operator')
    let domain = ''
    if (tokens.take(':')) [domain, op] = [op, tokens.name('an operator')]
    tokens.expect('(')
    const inputs = this.valuesUntil(')')
    const attributes = new Map<string, Attribute>()
    while (!tokens.atLineEnd() && !tokens.at('@')) {
      const key = tokens.name('an attribute')
      tokens.expect('=')
      attributes.set(key, this.attribute(`${outputs[0]}.${key}`))
    }
    const name = tokens.take('@') ? tokens.name('a node') : (outputs[0] ?? '')
    return { name, op, domain, inputs, outputs, attributes: Object.fromEntries(attributes) }
  }

  /** Names between commas; nothing between two commas is a left-out value. */
  private valuesUntil(end: string, each: (value: Value) => void = () => {}): Value[] {
    const values: Value[] = []
    while (!this.tokens.take(end)) {
      const empty = this.tokens.at(',')
      const value = empty ? '' : this.tokens.name('a value')
      if (!empty) each(value)
      values.push(value)
      if (!this.tokens.take(',')) {
        this.tokens.expect(end)
        break
      }
    }
    return values
  }

  private attribute(name: string): Attribute {
    const { tokens } = this
    if (tokens.take('{')) {
      const value = this.graph()
      tokens.expect('}')
      return { kind: 'graph', value }
    }
    if (tokens.take('[')) return this.list(tokens)
    const text = tokens.string()
    if (text !== undefined) return { kind: 'string', value: text }
    const number = tokens.number()
    if (number !== undefined)
      return isFloat(number)
        ? { kind: 'float', value: Math.fround(numberOf(number)) }
        : { kind: 'int', value: whole(number) }
    const word = tokens.peekName()
    if (word !== undefined && isDType(word)) return { kind: 'tensor', value: this.tensor(name) }
    for (const kind of ['ints', 'floats', 'strings'] as const)
      if (tokens.take(kind)) {
        tokens.expect('[')
        tokens.expect(']')
        return { kind, value: [] }
      }
    return tokens.fail('expected an attribute')
  }

  private list(tokens: Tokens): Attribute {
    const strings: string[] = []
    const numbers: string[] = []
    this.listUntil(']', () => {
      const text = tokens.string()
      if (text !== undefined) strings.push(text)
      else numbers.push(tokens.number() ?? tokens.fail('expected a number or a string'))
    })
    if (strings.length > 0 && numbers.length > 0) tokens.fail('a list holds numbers or strings, not both')
    if (strings.length > 0) return { kind: 'strings', value: strings }
    return numbers.some(isFloat)
      ? { kind: 'floats', value: numbers.map(text => Math.fround(numberOf(text))) }
      : { kind: 'ints', value: numbers.map(whole) }
  }

  private listUntil<T>(end: string, item: () => T): T[] {
    const items: T[] = []
    while (!this.tokens.take(end)) {
      items.push(item())
      if (!this.tokens.take(',')) {
        this.tokens.expect(end)
        break
      }
    }
    return items
  }

  private tensor(name: string): Tensor {
    const { tokens } = this
    const { dtype, shape: dims } = this.type()
    const shape = dims?.map(dim =>
      typeof dim === 'number' ? dim : tokens.fail(`${dim} is no size of a tensor`),
    )
    if (!shape) return tokens.fail('expected a shape')
    tokens.expect('{')
    if (tokens.take('…')) {
      tokens.expect('}')
      return this.weight(name, dtype, shape)
    }
    const texts = this.listUntil('}', () => tokens.number() ?? tokens.fail('expected an element'))
    if (texts.length !== sizeOf(shape))
      tokens.fail(`[${shape.join(', ')}] has ${sizeOf(shape)} elements, not ${texts.length}`)
    return elementsOf(dtype, shape, texts) ?? tokens.fail(`an element is no ${dtype}`)
  }

  private weight(name: string, dtype: DType, shape: readonly number[]): Tensor {
    const given = this.weights.get(name)
    if (!given) return tensorOver(dtype, shape, new ArrayBuffer(sizeOf(shape) * elementBytes[dtype]))
    if (given.dtype === dtype && given.shape.join() === shape.join()) return given
    return this.tokens.fail(`the weight given for ${name} is ${given.dtype}[${given.shape.join(', ')}]`)
  }
}

function elementsOf(dtype: DType, shape: readonly number[], texts: readonly string[]): Tensor | undefined {
  const rawBits = (text: string) => text.startsWith('0x')
  if (dtype === 'int64' || dtype === 'uint64')
    return texts.every(text => /^-?\d+$/.test(text)) ? tensorOf(dtype, shape, texts.map(BigInt)) : undefined
  const isHalf = dtype === 'float16'
  const values = texts.map(text => (isHalf && !rawBits(text) ? toHalf(numberOf(text)) : numberOf(text)))
  if (dtype !== 'float32' && dtype !== 'float64') return tensorOf(dtype, shape, values)
  const tensor = tensorOf(dtype, shape, values)
  const view = tensor && new DataView(tensor.data.buffer)
  for (const [i, text] of texts.entries()) {
    if (!rawBits(text)) continue
    if (dtype === 'float32') view?.setUint32(i * 4, Number(text), true)
    else view?.setBigUint64(i * 8, BigInt(text), true)
  }
  return tensor
}

function numberOf(text: string): number {
  if (text === 'true') return 1
  if (text === 'false') return 0
  if (text === 'nan') return Number.NaN
  return Number(text.replace('inf', 'Infinity'))
}

const isFloat = (text: string) => /[.en]/.test(text)

function whole(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}
