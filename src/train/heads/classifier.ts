import { appendPools, appendPreprocessing, type Backbone, type FeatureSpec } from '../../backbones/index.js'
import { asFloat32, ChiquitoError, float32, type Tensor } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { softmaxRows } from '../../evaluate/index.js'
import type { ViewRule } from '../../images/index.js'
import { type Graph, GraphBuilder, model, type Value } from '../../onnx/index.js'
import {
  appendBefore,
  appendKnown,
  isKnowing,
  type KnownPhotos,
  type Unknowing,
  widthBefore,
} from '../known/index.js'
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
  const before = isKnowing(known) ? known.before : undefined
  const image = appendPreprocessing(builder, backbone, pixels)
  const layers = new Set(spec.layers.map(({ name }) => name))
  if (before) layers.add(before.layer)
  const maps = backbone.trunk(builder, image, { layers: [...layers] })
  const features = appendPools(builder, backbone, maps, spec)
  const logits = head.infer(builder, features, initializers(builder, weights))
  const probabilities = builder.op('Softmax', [logits], { axis: 1 })
  // First, as whoever does not name an output gets that one.
  builder.output(probabilities, 'probabilities')
  builder.output(logits, 'logits')
  if (isKnowing(known)) {
    const compared = before ? appendBefore(builder, before, sharedMap(maps, before.layer), image) : features
    builder.output(appendKnown(builder, compared, probabilities, known), 'known')
  }
  builder.output(features, 'features')
  return builder.build()
}

function sharedMap(maps: ReadonlyMap<string, Value>, layer: string): Value {
  const map = maps.get(layer)
  if (map === undefined) throw new ChiquitoError('model', `The network gave no layer ${layer}.`)
  return map
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
    /** Width of the features before tuning that photos are compared by, where it is these. */
    private readonly before: number | undefined,
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
    const before = isKnowing(known) && known.before ? widthBefore(known.before) : undefined
    if (isKnowing(known)) {
      const probabilities = builder.op('Softmax', [logits], { axis: 1 })
      const compared = before === undefined ? features : builder.input('before', 'float32', ['batch', before])
      builder.output(appendKnown(builder, compared, probabilities, known), 'known')
    }
    return new HeadRunner(await Session.open(model(builder.build()), options), head, before)
  }

  /** Probabilities [rows][classes] for features [rows, features]. */
  async probabilities(features: Float32Array): Promise<number[][]> {
    return (await this.answers(features)).probabilities
  }

  /**
   * The same, and how familiar each row is.
   *
   * @param compared the same photos' features before tuning, where the head is asked with what compares these; without them
   *   nothing is said of how familiar they are.
   */
  async answers(features: Float32Array, compared?: Float32Array): Promise<HeadAnswers> {
    const { head, before = 0 } = this
    const { features: width, classes } = head
    const rows = features.length / width
    if (rows === 0) return { probabilities: [] }
    const isTold = before === 0 || compared !== undefined
    const beside = before > 0 && {
      before: float32(compared ?? new Float32Array(rows * before), [rows, before]),
    }
    const answers = await this.session.run({ features: float32(features, [rows, width]), ...beside })
    const { logits } = answers
    const known = isTold ? answers.known : undefined
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
