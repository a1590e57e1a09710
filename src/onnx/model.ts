import type { Graph, Model } from './graph.js'
import { defaultIrVersion, defaultOpset } from './opset.js'

/** What a model can be given beside its graph. */
export interface ModelOptions {
  /** Free text by name, kept in the file (`metadata_props`). */
  readonly metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>> | undefined
}

/** A graph built here as a model: our operator set, and those of the other domains its nodes use. */
export function model(graph: Graph, options: ModelOptions = {}): Model {
  const { metadata = {} } = options
  const opsets = new Map([['', defaultOpset]])
  for (const domain of domainsOf(graph)) if (!opsets.has(domain)) opsets.set(domain, 1)
  return {
    graph,
    opsets,
    irVersion: defaultIrVersion,
    producer: 'chiquito',
    metadata: new Map(metadata instanceof Map ? metadata : Object.entries(metadata)),
  }
}

function domainsOf(graph: Graph): Set<string> {
  const domains = new Set<string>()
  for (const node of graph.nodes) {
    domains.add(node.domain === 'ai.onnx' ? '' : node.domain)
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph') for (const domain of domainsOf(attribute.value)) domains.add(domain)
  }
  return domains
}
