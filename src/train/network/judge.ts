import { asFloat32, float32, type Tensor } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { foldBatchNorm, GraphBuilder, model, type Value } from '../../onnx/index.js'
import type { Head } from '../heads/index.js'
import { runnable, type Tensors } from '../steps/index.js'
import { appendBody, type BodyOptions, bodyOf, keptInput } from './body.js'
import { headName } from './groups.js'
import { withInputs } from './step-graph.js'
import type { NetworkWeights } from './trainer.js'

export interface KeptJudgeOptions extends BodyOptions, DeviceOptions {
  readonly head: Head
  /** Names of the trunk's weights that change. */
  readonly learning: Iterable<string>
}

/** The part of a network behind a cut, as it predicts: with weights that may be others each time. */
export class KeptJudge {
  private constructor(
    private readonly options: KeptJudgeOptions,
    private readonly session: Session,
  ) {}

  static async open(options: KeptJudgeOptions): Promise<KeptJudge> {
    const { head } = options
    const plain = bodyOf(options)
    const names = new Set(options.learning)
    const builder = new GraphBuilder('judge')
    for (const name of names) {
      const tensor = plain.initializers.get(name)
      if (tensor) builder.input(name, 'float32', tensor.shape)
    }
    const bindings = new Map<Value, Value>(Array.from(names, name => [name, name]))
    const { features } = appendBody(builder, foldBatchNorm(withInputs(plain, names)), bindings, options)
    for (const { name, shape } of [...head.parameters, ...head.statistics])
      builder.input(headName(name), 'float32', shape)
    builder.output(head.infer(builder, features, headName), 'logits')
    return new KeptJudge(
      options,
      await Session.open(model(await runnable(builder.build(), options)), options),
    )
  }

  /** Logits [rows][classes] for what was kept of views, rows [rows, width]. */
  async logits(rows: Float32Array, width: number, weights: NetworkWeights): Promise<number[][]> {
    const { batchSize, head } = this.options
    const count = rows.length / width
    const logits: number[][] = []
    for (let from = 0; from < count; from += batchSize) {
      const batch = new Float32Array(batchSize * width)
      batch.set(rows.subarray(from * width, (from + batchSize) * width))
      const feeds: Record<string, Tensor> = {
        [keptInput]: float32(batch, [batchSize, width]),
        ...namedWeights(weights),
      }
      const values = asFloat32((await this.session.run(feeds)).logits, 'logits').data
      for (let i = 0; i < Math.min(batchSize, count - from); i++)
        logits.push(Array.from(values.subarray(i * head.classes, (i + 1) * head.classes)))
    }
    return logits
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}

function namedWeights({ trunk, head }: NetworkWeights): Record<string, Tensor> {
  const named = (tensors: Tensors, name: (own: string) => string) =>
    Array.from(tensors, ([own, tensor]) => [name(own), tensor] as const)
  return Object.fromEntries([...named(trunk, own => own), ...named(head, headName)])
}
