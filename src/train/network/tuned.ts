import { createHash } from 'node:crypto'
import type { Backbone, NetworkOptions } from '../../backbones/index.js'
import { ChiquitoError } from '../../core/index.js'
import { foldBatchNorm, type Graph } from '../../onnx/index.js'
import type { Tensors } from '../steps/index.js'

/** A backbone with some of its weights replaced by trained ones: to be used, trained further, and saved like any other. */
export function tunedBackbone(backbone: Backbone, weights: Tensors): Backbone {
  const network = (options: NetworkOptions): Graph => {
    const graph = backbone.network(options)
    const initializers = new Map(graph.initializers)
    for (const [name, tensor] of weights) if (initializers.has(name)) initializers.set(name, tensor)
    return { ...graph, initializers }
  }
  return {
    ...backbone,
    id: idOf(backbone, weights),
    network,
    trunk(builder, image, { layers } = {}) {
      const [batch, , size] = builder.shape(image)
      if (typeof size !== 'number')
        throw new ChiquitoError('model', `A trained network needs photos of a fixed size, not ${size}.`)
      const graph = foldBatchNorm(network({ size, batch, layers }))
      return builder.append(graph, new Map([['image', image]]))
    },
  }
}

/** Where the weights came from, and what became of them: features of different weights are never mixed up. */
function idOf({ id }: Backbone, weights: Tensors): string {
  const hash = createHash('sha256')
  for (const [name, { data }] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return `${id.split('+')[0]}+${hash.digest('hex')}`
}
