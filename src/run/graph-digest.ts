import { createHash, type Hash } from 'node:crypto'
import type { Tensor } from '../core/index.js'
import type { Attribute, Graph } from '../onnx/index.js'

/**
 * SHA-256 (hexadecimal) of what a graph computes: inputs, outputs, nodes in their order, and every bit of its weights.
 * How a file encodes them, and what names nodes have, does not count, so a copy saved by another program keeps it.
 */
export function graphDigest(graph: Graph): string {
  const hash = createHash('sha256')
  addGraph(hash, graph)
  return hash.digest('hex')
}

function addGraph(hash: Hash, { inputs, outputs, nodes, initializers }: Graph): void {
  add(hash, [...inputs.keys()], [...outputs.keys()])
  for (const { op, domain, inputs, outputs, attributes } of nodes) {
    add(hash, op, domain, inputs, outputs)
    for (const name of Object.keys(attributes).sort()) addAttribute(hash, name, attributes[name])
  }
  for (const name of [...initializers.keys()].sort()) {
    const tensor = initializers.get(name)
    if (tensor) addTensor(hash, name, tensor)
  }
}

function addAttribute(hash: Hash, name: string, { kind, value }: Attribute): void {
  if (kind === 'tensor') addTensor(hash, name, value)
  else if (kind === 'graph') addGraph(hash, value)
  // Files keep 32 bits of a number.
  else if (kind === 'float') add(hash, name, kind, Math.fround(value))
  else if (kind === 'floats') add(hash, name, kind, value.map(Math.fround))
  else add(hash, name, kind, Array.isArray(value) ? value.map(String) : String(value))
}

function addTensor(hash: Hash, name: string, { dtype, shape, data }: Tensor): void {
  add(hash, name, dtype, shape)
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

/** Facts as JSON, one line each, so that no two sequences of facts are written alike. */
function add(hash: Hash, ...facts: readonly unknown[]): void {
  hash.update(`${JSON.stringify(facts)}\n`)
}
