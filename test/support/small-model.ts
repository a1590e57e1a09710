import { float32 } from '../../src/core/index.js'
import { GraphBuilder, model, writeModel } from '../../src/onnx/index.js'

/** The bytes of a model with one matrix of weights, and some metadata. */
export function smallModel(): Uint8Array {
  const g = new GraphBuilder('small')
  const x = g.input('x', 'float32', ['batch', 2])
  g.output(g.op('Gemm', [x, g.initializer('w', float32([1, 2, 3, 4], [2, 2]))], { alpha: 0.5 }), 'y')
  return writeModel(model(g.build(), { metadata: { labels: 'a b', é: '' } }))
}
