import type { PlainAttribute, PlainGraph, PlainTensor } from '../onnx/plain-graph.js'

// What the digest of a graph is of. Also loads in browsers, where only the way to a SHA-256 is another one.

/**
 * What a graph computes, as text and bytes to be hashed one after the other: inputs, outputs, nodes in their order, and every bit of its
 * weights. How a file encodes them, and what names nodes have, does not count, so a copy saved by another program keeps it.
 */
export function* graphFacts({
  inputs,
  outputs,
  nodes,
  initializers,
}: PlainGraph): Generator<string | Uint8Array> {
  yield line([...inputs.keys()], [...outputs.keys()])
  for (const { op, domain, inputs, outputs, attributes } of nodes) {
    yield line(op, domain, inputs, outputs)
    for (const name of Object.keys(attributes).sort()) yield* attributeFacts(name, attributes[name])
  }
  for (const name of [...initializers.keys()].sort()) {
    const tensor = initializers.get(name)
    if (tensor) yield* tensorFacts(name, tensor)
  }
}

function* attributeFacts(name: string, { kind, value }: PlainAttribute): Generator<string | Uint8Array> {
  if (kind === 'tensor') yield* tensorFacts(name, value)
  else if (kind === 'graph') yield* graphFacts(value)
  // Files keep 32 bits of a number.
  else if (kind === 'float') yield line(name, kind, Math.fround(value))
  else if (kind === 'floats') yield line(name, kind, value.map(Math.fround))
  else yield line(name, kind, Array.isArray(value) ? value.map(String) : String(value))
}

function* tensorFacts(name: string, { dtype, shape, data }: PlainTensor): Generator<string | Uint8Array> {
  yield line(name, dtype, shape)
  yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Facts as JSON, one line each, so that no two sequences of facts are written alike. */
function line(...facts: readonly unknown[]): string {
  return `${JSON.stringify(facts)}\n`
}
