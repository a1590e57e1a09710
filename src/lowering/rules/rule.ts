import type { Node } from '../../onnx/index.js'
import type { Lowering } from '../lowering.js'

/** Writes a node for blocks and returns true, or returns false and leaves it to plain operators. */
export type Rule = (lowering: Lowering, node: Node) => boolean
