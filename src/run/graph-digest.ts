import { createHash } from 'node:crypto'
import type { PlainGraph } from '../onnx/index.js'
import { graphFacts } from './graph-facts.js'

/** SHA-256 (hexadecimal) of what a graph computes: see `graphFacts`. */
export function graphDigest(graph: PlainGraph): string {
  const hash = createHash('sha256')
  for (const fact of graphFacts(graph)) hash.update(fact)
  return hash.digest('hex')
}
