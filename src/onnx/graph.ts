import type { DType, Tensor } from '../core/index.js'

/** A dimension: a whole number, or the name of one that is only known when the graph runs (`batch`). */
export type Dim = number | string

/** A value in a graph is known by its name; every name is assigned exactly once. */
export type Value = string

/** What is known of a value before the graph runs. An absent shape means that not even the rank is known. */
export interface ValueType {
  readonly dtype: DType
  readonly shape?: readonly Dim[] | undefined
}

/** ONNX attributes. An integer outside JavaScript's safe range is a bigint. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'ints'; readonly value: readonly (number | bigint)[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }

/** One operation. An input left out in the middle is the empty name, as in ONNX. */
export interface Node {
  readonly name: string
  readonly op: string
  /** `''` is the standard ONNX operator set. */
  readonly domain: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A directed acyclic graph of operations, nodes in an order in which every input is there before it is read. */
export interface Graph {
  readonly name: string
  /** Inputs a caller feeds, in order. */
  readonly inputs: ReadonlyMap<Value, ValueType>
  /** Results, in order, with what is known of them. */
  readonly outputs: ReadonlyMap<Value, ValueType>
  /** Constants and weights. */
  readonly initializers: ReadonlyMap<Value, Tensor>
  /** What is known of values inside. */
  readonly types: ReadonlyMap<Value, ValueType>
  readonly nodes: readonly Node[]
}

/** A graph as a file: with the operator sets it is written in and its metadata. */
export interface Model {
  readonly graph: Graph
  /** Operator set version by domain; `''` is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>
  readonly irVersion: number
  readonly producer: string
  readonly metadata: ReadonlyMap<string, string>
}
