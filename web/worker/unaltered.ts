import { plainGraph } from '../../src/onnx/plain-graph.js'
import { Malformed } from '../../src/onnx/wire.js'
import { alteredGraph, alteredMetadata } from '../../src/predict/altered.js'
import { graphFacts } from '../../src/run/graph-facts.js'
import { DIGEST, digestedText } from '../../src/run/metadata-entries.js'
import type { ModelMetadata } from '../../src/run/model-metadata.js'
import { joined } from '../library/unpacked.js'

/**
 * Refuses a model file that is not what was written, as `chiquito predict` does: one weight in a million, a threshold, or the way photos
 * are resized need not show in any answer to a golden photo. Pages on plain http cannot tell, as browsers hash nothing there.
 *
 * @throws `model`
 */
export async function requireUnaltered(
  bytes: Uint8Array,
  entries: ReadonlyMap<string, string>,
  { graph }: Pick<ModelMetadata, 'graph'>,
  name: string,
): Promise<void> {
  if (!globalThis.isSecureContext) return
  const digest = entries.get(DIGEST)
  if (digest !== undefined && digest !== (await sha256([digestedText(entries)]))) throw alteredMetadata(name)
  if (graph !== undefined && graph !== (await graphDigest(bytes))) throw alteredGraph(name)
}

/** Undefined where there is no graph to be read. */
async function graphDigest(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return await sha256(graphFacts(plainGraph(bytes)))
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

/** Hexadecimal. Browsers hash only what lies in one piece. */
async function sha256(facts: Iterable<string | Uint8Array>): Promise<string> {
  const encoder = new TextEncoder()
  const parts = Array.from(facts, fact => (typeof fact === 'string' ? encoder.encode(fact) : fact))
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const digest = await crypto.subtle.digest('SHA-256', joined(parts, length))
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
}
