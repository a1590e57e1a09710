import { asFloat32, ChiquitoError, throwIfAborted, uint8 } from '../core/index.js'
import { type DeviceOptions, Session, SessionThreads, threadsOf } from '../engine/index.js'
import { type AugmentationDraw, readViews } from '../images/index.js'
import { readModelFile, type ValueType } from '../onnx/index.js'
import { isMetadataSame, type ModelMetadata, parseModelMetadata, thresholdIn } from '../run/index.js'
import { alteredMetadata } from './altered.js'
import { checkedAnswers } from './answers.js'
import { type Explanation, openExplainer, type ViewExplainer } from './explanation.js'
import { checkGolden, NO_GOLDEN_PHOTOS } from './golden.js'
import { requireSameGraph } from './same-graph.js'
import { type Prediction, verdictOf } from './verdict.js'

export interface PredictorOptions extends DeviceOptions {
  /** About how many photos it is going to judge: for many each thread has a network of its own, which takes 30 to 50 MB more each. */
  readonly expected?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Fewer photos than this are judged before threads have opened the model. */
const WORTH_THREADS = 128

/** A model file at work: photos in, verdicts out. */
export class Predictor {
  /** Opened when first asked why. */
  private explainer: Promise<ViewExplainer> | undefined

  private constructor(
    readonly metadata: ModelMetadata,
    private readonly session: Session | SessionThreads,
    private readonly path: string,
    private readonly options: DeviceOptions,
  ) {}

  /**
   * Opens a `model.onnx` that training wrote, and asks it about the golden photos it carries; `notice` is told where it has none.
   * Throws `io` where the file cannot be read, `model` where it is not such a file, or no longer answers as it did when
   * it was made, or its metadata were changed since; `interrupted`.
   */
  static async open(path: string, options: PredictorOptions = {}): Promise<Predictor> {
    const { signal } = options
    const { graph, metadata, producer } = await readModelFile(path)
    const facts = parseModelMetadata(metadata, path, producer)
    throwIfAborted(signal)
    const session = await openSession(path, options)
    try {
      requireFit(session, facts, path)
      const predictor = new Predictor(facts, session, path, options)
      const { device } = session
      const judge = (views: Uint8Array, count: number) => {
        throwIfAborted(signal)
        return predictor.answer(views, count, ['probabilities', 'known'])
      }
      await checkGolden(facts, judge, { path, device })
      throwIfAborted(signal)
      requireSameGraph(graph, facts, path)
      if (isMetadataSame(metadata) === false) throw alteredMetadata(`"${path}"`)
      if (facts.golden.length === 0) options.notice?.(`"${path}" ${NO_GOLDEN_PHOTOS}.`)
      return predictor
    } catch (error) {
      await session.close()
      throw error
    }
  }

  get labels(): readonly string[] {
    return this.metadata.labels
  }

  /**
   * Judges one photo, given as the bytes of its file. With `views` the probabilities are the mean over those views
   * (`null` is the plain photo). Throws `image` for a photo that cannot be read; `interrupted` between two views.
   */
  async predict(
    bytes: Uint8Array,
    name: string,
    views: readonly (AugmentationDraw | null)[] = [null],
    signal?: AbortSignal,
  ): Promise<Prediction> {
    const rule = this.metadata.view
    return this.judgeViews(await readViews(bytes, { name, rule, draws: views }), signal)
  }

  /**
   * Judges one photo by its views, bytes [size, size, 3] each as the model's rule makes them, the plain one first. Throws
   * `interrupted` between two of them.
   */
  async judgeViews(views: readonly Uint8Array[], signal?: AbortSignal): Promise<Prediction> {
    const answers: number[][] = []
    let known: number | undefined
    for (const view of views) {
      throwIfAborted(signal)
      const answer = await this.answer(view, 1, ['probabilities', 'known'])
      answers.push(...answer.probabilities)
      // The first view is the plain one, as the photos that it is ranked among were seen.
      known ??= answer.known?.[0]
    }
    const probabilities = answers[0].map(
      (_, k) => answers.reduce((sum, answer) => sum + answer[k], 0) / answers.length,
    )
    return verdictOf(this.labels, probabilities, known, this.threshold)
  }

  /** Photos that may be asked about before the first answer is waited for: more than one where threads answer side by side. */
  get atOnce(): number {
    return this.session instanceof SessionThreads ? this.session.atOnce : 1
  }

  /** Whether the network can look at several photos in one run. */
  get takesBatches(): boolean {
    const [batch] = this.session.inputs.get('pixels')?.shape ?? []
    return typeof batch === 'string'
  }

  /**
   * Judges one plain photo and tells what the network made of it: its features `[width]`, undefined where the model does
   * not give any. Throws as {@link predict}.
   */
  async look(bytes: Uint8Array, name: string): Promise<Prediction & { features: Float32Array | undefined }> {
    const rule = this.metadata.view
    const [view] = await readViews(bytes, { name, rule, draws: [null] })
    const { probabilities, features, known } = await this.answer(view, 1)
    return { ...verdictOf(this.labels, probabilities[0], known?.[0], this.threshold), features }
  }

  /**
   * Tells which places of a photo spoke for its most probable label, and which against it: a map over the photo as the network sees it.
   * That a place speaks for a label does not prove that the label is right, nor that the network means what a person sees there.
   *
   * Networks with maps are asked by gradients, in hardly more time than a prediction; others (transformers) are shown the photo 145 times.
   * Throws as {@link predict}; `model` where the file was replaced since it was opened.
   */
  async explain(bytes: Uint8Array, name: string, signal?: AbortSignal): Promise<Explanation> {
    const [view] = await readViews(bytes, { name, rule: this.metadata.view, draws: [null] })
    return this.explainView(view, signal)
  }

  /** The same of a plain view, bytes [size, size, 3] as the model's rule makes it. */
  async explainView(view: Uint8Array, signal?: AbortSignal): Promise<Explanation> {
    throwIfAborted(signal)
    this.explainer ??= openExplainer(this.path, this.metadata, this.options)
    const explainer = await this.explainer
    return explainer.explain(view, (views, count) => this.judge(views, count), signal)
  }

  /**
   * Probabilities [views][labels] for views given as bytes [views, size, size, 3].
   * Throws `model` where the model answers with anything else than probabilities.
   */
  async judge(views: Uint8Array, count: number): Promise<number[][]> {
    return (await this.answer(views, count, ['probabilities'])).probabilities
  }

  private async answer(
    views: Uint8Array,
    count: number,
    wanted: readonly string[] = ['probabilities', 'features', 'known'],
  ): Promise<{
    probabilities: number[][]
    features: Float32Array | undefined
    known: Float32Array | undefined
  }> {
    const { size } = this.metadata.view
    const outputs = wanted.filter(name => this.session.outputs.has(name))
    // What goes to another thread is gone here, and views are the caller's.
    const given = this.session instanceof SessionThreads ? views.slice() : views
    const answers = await this.session.run({ pixels: uint8(given, [count, size, size, 3]) }, outputs)
    const raw = {
      shape: answers.probabilities.shape,
      probabilities: asFloat32(answers.probabilities, 'probabilities').data,
      known: outputs.includes('known') ? asFloat32(answers.known, 'known').data : undefined,
    }
    return {
      ...checkedAnswers(raw, [count, this.labels.length], this.path),
      features: outputs.includes('features') ? asFloat32(answers.features, 'features').data : undefined,
    }
  }

  /** What `known` has to reach, as the model was made; undefined where it knows its photos by nothing. */
  get threshold(): number | undefined {
    return this.session.outputs.has('known') ? thresholdIn(this.metadata) : undefined
  }

  async close(): Promise<void> {
    const explainer = await this.explainer?.catch(() => undefined)
    await explainer?.close()
    await this.session.close()
  }
}

/** One session for few photos, or on a device; for many one on each thread of the CPU. */
async function openSession(path: string, options: PredictorOptions): Promise<Session | SessionThreads> {
  const { device = 'cpu', expected = 0 } = options
  const threads =
    device === 'cpu' && expected >= WORTH_THREADS
      ? await SessionThreads.open(path, threadsOf(options))
      : undefined
  return threads ?? Session.open(path, options)
}

/** Metadata are easily copied to another graph; its answers would then be put down to the wrong labels, or be none. */
export function requireFit(
  { inputs, outputs }: Pick<Session, 'inputs' | 'outputs'>,
  facts: ModelMetadata,
  path: string,
): void {
  const { view, labels } = facts
  const { size } = view
  const pixels = inputs.get('pixels')
  const probabilities = outputs.get('probabilities')
  const reads = pixels?.dtype === 'uint8' && agrees(pixels, [1, size, size, 3]) && inputs.size === 1
  const answers = probabilities?.dtype === 'float32' && agrees(probabilities, [1, labels.length])
  const tells = thresholdIn(facts) === undefined || outputs.has('known')
  if (reads && answers && tells) return
  throw new ChiquitoError(
    'model',
    `"${path}" does not fit what it says of itself: expected one input "pixels", uint8 [batch, ${size}, ${size}, 3], ` +
      `and an output "probabilities", float32 [batch, ${labels.length}]${tells ? '' : ', and one "known", float32 [batch]'}. Give a model.onnx as "chiquito train" wrote it.`,
  )
}

/** Whether a tensor of that shape is of a type; dimensions that are only named may have any size. */
function agrees({ shape }: ValueType, actual: readonly number[]): boolean {
  return (
    shape?.length === actual.length && shape.every((dim, i) => typeof dim === 'string' || dim === actual[i])
  )
}
