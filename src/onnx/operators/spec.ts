import type { DType, Tensor } from '../../core/index.js'
import type { Dim, Graph, ValueType } from '../graph.js'

export type Shape = readonly Dim[]

/** What a caller writes for each kind of attribute. A `dtype` is stored as ONNX's number for it. */
export interface AttributeInputs {
  int: number | bigint
  float: number
  string: string
  tensor: Tensor
  graph: Graph
  ints: readonly (number | bigint)[]
  floats: readonly number[]
  strings: readonly string[]
  dtype: DType
}

/** What a rule reads: whole numbers as numbers; a dtype outside our table reads as undefined. */
export interface AttributeReads {
  int: number
  float: number
  string: string
  tensor: Tensor
  graph: Graph
  ints: readonly number[]
  floats: readonly number[]
  strings: readonly string[]
  dtype: DType | undefined
}

export type SpecKind = keyof AttributeInputs

/** One attribute: its kind, and whether it must be there, may be missing, or has a default. */
export interface AttributeSpec<
  K extends SpecKind = SpecKind,
  P extends 'required' | 'optional' | 'defaulted' = 'required' | 'optional' | 'defaulted',
> {
  readonly kind: K
  readonly presence: P
  readonly fallback?: AttributeReads[K] | undefined
}

export type AttributeSpecs = Readonly<Record<string, AttributeSpec>>

/** An attribute that operator sets before `until`, or from `since` on, have and ours has not. */
export interface OtherAttribute {
  readonly kind: SpecKind
  readonly until?: number
  readonly since?: number
}

export function required<K extends SpecKind>(kind: K): AttributeSpec<K, 'required'> {
  return { kind, presence: 'required' }
}

export function optional<K extends SpecKind>(kind: K): AttributeSpec<K, 'optional'> {
  return { kind, presence: 'optional' }
}

export const int = (fallback: number): AttributeSpec<'int', 'defaulted'> => ({
  kind: 'int',
  presence: 'defaulted',
  fallback,
})

export const float = (fallback: number): AttributeSpec<'float', 'defaulted'> => ({
  kind: 'float',
  presence: 'defaulted',
  fallback,
})

export const string = (fallback: string): AttributeSpec<'string', 'defaulted'> => ({
  kind: 'string',
  presence: 'defaulted',
  fallback,
})

export const ints = (fallback: readonly number[]): AttributeSpec<'ints', 'defaulted'> => ({
  kind: 'ints',
  presence: 'defaulted',
  fallback,
})

/** Attributes as a caller of the builder writes them. */
export type Written<A extends AttributeSpecs> = {
  readonly [N in keyof A as A[N]['presence'] extends 'required' ? N : never]: AttributeInputs[A[N]['kind']]
} & {
  readonly [N in keyof A as A[N]['presence'] extends 'required' ? never : N]?:
    | AttributeInputs[A[N]['kind']]
    | undefined
}

/** Attributes as rules read them: defaults filled in. */
export type Read<A extends AttributeSpecs> = {
  readonly [N in keyof A]:
    | AttributeReads[A[N]['kind']]
    | (A[N]['presence'] extends 'optional' ? undefined : never)
}

/** Elements of a small whole-number tensor as far as they are known; a name is a dimension's. */
export interface Known {
  readonly shape: readonly number[]
  readonly elements: readonly (Dim | undefined)[]
}

/** What a rule can ask about the node it is asked about. Inputs and outputs go by position. */
export interface InferContext<A extends AttributeSpecs = AttributeSpecs> {
  readonly attributes: Read<A>
  readonly opset: number
  readonly inputCount: number
  readonly outputCount: number
  /** Whether an optional input is given. */
  has(input: number): boolean
  dtype(input: number): DType | undefined
  /** Undefined when the input is absent or nothing is known of its shape. */
  shape(input: number): Shape | undefined
  /** The elements of a small input, as far as they are known. */
  known(input: number): Known | undefined
  /** The input's tensor when it is a constant. */
  constant(input: number): Tensor | undefined
  /** A name for a dimension of which nothing is known: unique to this output and axis. */
  unknown(axis: number, output?: number): Dim
  /** A whole-number attribute of an older operator set, if it is there. */
  legacyInts(name: string): readonly number[] | undefined
  /** Types of a subgraph's outputs, its own inputs having the types given. */
  subgraph(graph: Graph, inputs?: readonly (ValueType | undefined)[]): readonly (ValueType | undefined)[]
  /** Refuses the node: the message says what was expected of which input. */
  fail(message: string): never
}

/** What a rule says of one output: its shape, or more. A dtype left out is the signature's. */
export type Outcome =
  | Shape
  | undefined
  | {
      readonly dtype?: DType | undefined
      readonly dims?: Shape | undefined
      readonly known?: Known | undefined
    }

/** One formal input or output: `B?:F` is optional, `inputs*:T` takes any number. */
export interface Formal {
  readonly name: string
  /** The operator set in which it appeared, where an attribute had its part before: `axes@13?:int64`. */
  readonly since: number
  readonly arity: 'one' | 'optional' | 'many'
  /** A dtype, `any`, or a type variable: see `typeClasses`. */
  readonly type: string
}

export interface Operator<A extends AttributeSpecs = AttributeSpecs> {
  readonly inputs: readonly Formal[]
  readonly outputs: readonly Formal[]
  readonly attributes: A
  readonly others: Readonly<Record<string, OtherAttribute>>
  /** The operator set in which it was replaced by another. */
  readonly until: number
  /** The operator's domain; `''` is ONNX's own. */
  readonly domain: string
  infer(context: InferContext<A>): readonly Outcome[]
}

const floats: readonly DType[] = ['float32', 'float64', 'float16', 'bfloat16']
const wholes: readonly DType[] = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64']

/**
 * What a type variable may stand for, by its letter; the same letter and digit in one signature is the same dtype.
 * T anything, N numbers, F floats, I index types.
 */
export const typeClasses: Readonly<Record<string, readonly DType[]>> = {
  T: [...floats, ...wholes, 'bool'],
  N: [...floats, ...wholes],
  F: floats,
  I: ['int32', 'int64'],
}

interface Extra {
  readonly domain?: string
  readonly others?: Readonly<Record<string, OtherAttribute>>
  readonly until?: number
}

/**
 * A row of the table. Signatures read `X:F W:F B?:F` (name, `?` optional, `*` many, type; `@13` since that operator set); the rule gives the shape
 * of each output, and dtypes follow from the signature.
 */
export function operator<A extends AttributeSpecs>(
  inputs: string,
  outputs: string,
  attributes: A,
  infer: (context: InferContext<A>) => readonly Outcome[],
  extra: Extra = {},
): Operator<A> {
  return {
    inputs: formals(inputs),
    outputs: formals(outputs),
    attributes,
    others: extra.others ?? {},
    until: extra.until ?? Number.POSITIVE_INFINITY,
    domain: extra.domain ?? '',
    infer,
  }
}

function formals(signature: string): Formal[] {
  return signature
    .split(' ')
    .filter(part => part !== '')
    .map(part => {
      const [label, type = 'any'] = part.split(':')
      const mark = label.at(-1)
      const arity = mark === '?' ? 'optional' : mark === '*' ? 'many' : 'one'
      const [name, since = '1'] = (arity === 'one' ? label : label.slice(0, -1)).split('@')
      return { name, since: Number(since), arity, type }
    })
}
