import type { Node } from '../graph.js'
import { composites } from './composites.js'
import { constants } from './constants.js'
import { control } from './control.js'
import { elementwise } from './elementwise.js'
import { indexing } from './indexing.js'
import { normalization } from './normalization.js'
import { products } from './products.js'
import { quantization } from './quantization.js'
import { reductions } from './reductions.js'
import { resizing } from './resize.js'
import { shaping } from './shaping.js'
import type { Operator, Read, Written } from './spec.js'
import { windows } from './windows.js'

/**
 * Every operator this project understands, by name; those of other domains as `domain:Name`. Each row gives the
 * signature, the attributes with their defaults, and the rule for shapes.
 */
export const operators = {
  ...elementwise,
  ...products,
  ...windows,
  ...reductions,
  ...shaping,
  ...constants,
  ...normalization,
  ...resizing,
  ...indexing,
  ...quantization,
  ...control,
  ...composites,
} satisfies Record<string, Operator>

export type OpType = keyof typeof operators

/** What the builder accepts as attributes of an operator. */
export type AttributesOf<K extends OpType> = Written<(typeof operators)[K]['attributes']>

/** What a rule reads as attributes of an operator: defaults filled in. */
export type AttributeValuesOf<K extends OpType> = Read<(typeof operators)[K]['attributes']>

const table: ReadonlyMap<string, Operator> = new Map(Object.entries<Operator>(operators))

/** The table's key for a node, whether or not it is in the table. */
export function keyOf(node: Pick<Node, 'op' | 'domain'>): string {
  return node.domain === '' || node.domain === 'ai.onnx' ? node.op : `${node.domain}:${node.op}`
}

/** The row for a node, or undefined for an operator we do not know. */
export function operatorOf(node: Pick<Node, 'op' | 'domain'>): Operator | undefined {
  return table.get(keyOf(node))
}

export function isOpType(key: string): key is OpType {
  return table.has(key)
}

export { foldNode, maxKnownElements } from './fold.js'
export { wholeNumbers } from './reductions.js'
export type * from './spec.js'
export { typeClasses } from './spec.js'
