import { scalar } from '../../core/index.js'
import type { ViewRule } from '../../images/index.js'
import { type Graph, GraphBuilder, namesIn } from '../../onnx/index.js'
import { appendView } from './any-size.js'

/** What pipelines read: `logits`. What else the model says stays, for those who ask it themselves. */
const kept = ['logits', 'probabilities', 'known', 'features']

/**
 * A classifier as image-classification pipelines take it: input `pixel_values` float32 [batch, 3, height, width], RGB from 0 to 255, of
 * any size. The graph resizes as the model's photos were; each value is rounded to the byte that the model reads.
 *
 * @param graph - a model of ours in our operator set: input `pixels` uint8 [batch, size, size, 3]
 */
export function wrapForPipelines(graph: Graph, rule: ViewRule): Graph {
  const builder = new GraphBuilder(graph.name)
  const photo = builder.input('pixel_values', 'float32', ['batch', 3, 'height', 'width'])
  builder.reserve(namesIn(graph))
  const view = appendView(builder, photo, rule)
  const limited = builder.op('Clip', [view, builder.constant(scalar(0)), builder.constant(scalar(255))])
  const bytes = builder.op('Cast', [builder.op('Round', [limited])], { to: 'uint8' })
  const pixels = builder.op('Transpose', [bytes], { perm: [0, 2, 3, 1] })
  const values = builder.append(graph, new Map([['pixels', pixels]]))
  for (const name of kept) {
    const value = values.get(name)
    if (value !== undefined) builder.output(value, name)
  }
  return builder.build()
}
