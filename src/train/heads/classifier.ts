import { appendFeatures, type Backbone, type FeatureSpec } from '../../backbones/index.js'
import { asFloat32, float32, type Tensor } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { softmaxRows } from '../../evaluate/index.js'
import type { ViewRule } from '../../images/index.js'
import { type Graph, GraphBuilder, model } from '../../onnx/index.js'
import { appendKnown, isKnowing, type KnownPhotos, type Unknowing } from '../known/index.js'
import type { Head, Lookup } from './head.js'

/** The head's tensors by name: weights and running statistics. */
export type HeadWeights = ReadonlyMap<string, Tensor<'float32'>>

/** A trained classifier: all that is needed to go from a photo to probabilities. */
export interface Classifier {
  readonly backbone: Backbone
  readonly spec: FeatureSpec
  readonly rule: ViewRule
  readonly labels: readonly string[]
  readonly head: Head
  readonly weights: HeadWeights
  /** What the logits were divided by to make the probabilities honest; already done in the weights. */
  readonly temperature?: number | undefined
  /** On which photos that was found, in words; undefined where none were left out to find it on. */
  readonly temperatureFrom?: string | undefined
  /** What it knows its photos by, or why it knows of none; absent where nobody looked. */
  readonly known?: KnownPhotos | Unknowing | undefined
}

/**
 * The whole classifier as one graph: `pixels` uint8 [batch, size, size, 3] to `probabilities` and `logits` float32 [batch, classes];
 * where it knows its photos by something, `known` float32 [batch]; `features` float32 [batch, features].
 */
export function classifierGraph({ backbone, spec, rule, head, weights, known }: Classifier): Graph {
  const builder = new GraphBuilder('classifier')
  const pixels = builder.input('pixels', 'uint8', ['batch', rule.size, rule.size, 3])
  const features = appendFeatures(builder, backbone, pixels, spec)
  const logits = head.infer(builder, features, initializers(builder, weights))
  const probabilities = builder.op('Softmax', [logits], { axis: 1 })
  // First, as whoever does not name an output gets that one.
  builder.output(probabilities, 'probabilities')
  builder.output(logits, 'logits')
  if (isKnowing(known)) builder.output(appendKnown(builder, features, probabilities, known), 'known')
  builder.output(features, 'features')
  return builder.build()
}

/** What a head says of photos. */
export interface HeadAnswers {
  /** [rows][classes] */
  readonly probabilities: number[][]
  /** How familiar each is, 0 to 1, where the head is asked with what it knows its photos by. */
  readonly known?: readonly number[] | undefined
}

/** A head that runs on features already computed. */
export class HeadRunner {
  private constructor(
    private readonly session: Session,
    private readonly head: Head,
  ) {}

  static async open(
    head: Head,
    weights: HeadWeights,
    { known, ...options }: DeviceOptions & Pick<Classifier, 'known'> = {},
  ): Promise<HeadRunner> {
    const builder = new GraphBuilder('head')
    const features = builder.input('features', 'float32', ['batch', head.features])
    const logits = head.infer(builder, features, initializers(builder, weights))
    builder.output(logits, 'logits')
    if (isKnowing(known)) {
      const probabilities = builder.op('Softmax', [logits], { axis: 1 })
      builder.output(appendKnown(builder, features, probabilities, known), 'known')
    }
    return new HeadRunner(await Session.open(model(builder.build()), options), head)
  }

  /** Probabilities [rows][classes] for features [rows, features]. */
  async probabilities(features: Float32Array): Promise<number[][]> {
    return (await this.answers(features)).probabilities
  }

  /** The same, and how familiar each row is. */
  async answers(features: Float32Array): Promise<HeadAnswers> {
    const { features: width, classes } = this.head
    const rows = features.length / width
    if (rows === 0) return { probabilities: [] }
    const { logits, known } = await this.session.run({ features: float32(features, [rows, width]) })
    const values = asFloat32(logits, 'logits').data
    return {
      probabilities: softmaxRows(
        Array.from({ length: rows }, (_, i) => Array.from(values.subarray(i * classes, (i + 1) * classes))),
      ),
      known: known && Array.from(asFloat32(known, 'known').data),
    }
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}

/** What a head says of features [rows, features], asked once: probabilities [rows][classes]. */
export async function headProbabilities(
  { head, weights }: Pick<Classifier, 'head' | 'weights'>,
  features: Float32Array,
  device: DeviceOptions,
): Promise<number[][]> {
  const runner = await HeadRunner.open(head, weights, device)
  try {
    return await runner.probabilities(features)
  } finally {
    await runner.close()
  }
}

function initializers(builder: GraphBuilder, weights: HeadWeights): Lookup {
  const names = new Map<string, string>()
  return name => {
    const known = names.get(name)
    if (known !== undefined) return known
    const tensor = asFloat32(weights.get(name), name)
    const value = builder.initializer(`head.${name}`, tensor)
    names.set(name, value)
    return value
  }
}
