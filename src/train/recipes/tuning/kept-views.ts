import type { Backbone } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { type AugmentationDraw, drawAugmentation, SIDE_ON } from '../../../images/index.js'
import { FeatureExtractor, type Features } from '../../features/index.js'
import {
  type Cut,
  KeptJudge,
  keptBytes,
  keptWork,
  type NetworkWeights,
  type NetworkWorkOptions,
} from '../../network/index.js'
import { batchSizeOf, type TunerOptions, type TunerViews, type TuningWork, tunedHead } from './tuner.js'

/** Varied views kept of each photo: enough for an epoch a fold, as each photo teaches in two folds of three. */
export const keptViews = 2

/** Memory for them: two of each of some 1,400 photos, for EfficientNet-Lite0 at 224 pixels. */
const KEPT_VIEWS_BYTES = 256 * 1024 * 1024

/** Whether the views of so many photos can be kept. */
export function canKeepViews(backbone: Backbone, cut: Cut, size: number, photos: number): boolean {
  return keptBytes(backbone, cut, size) * photos * keptViews <= KEPT_VIEWS_BYTES
}

/** What progress calls looking at them. */
export const viewsTask = `${keptViews} varied views of each photo`

/** And at photos that are only judged. */
export const plainViewsTask = 'plain views of validation photos'

/**
 * Views of photos as the part of a network before a cut sees them, computed once and kept in memory: a step costs a
 * third of one through the whole network.
 */
export class KeptViews implements TunerViews {
  private readonly rows = new Map<string, number>()
  private readonly plain = new Map<string, Float32Array>()
  private judge: Promise<KeptJudge> | undefined
  /** What was kept of each photo to learn from, in varied views. */
  private readonly kept: Features

  private constructor(
    private readonly options: TunerOptions,
    private readonly cut: Cut,
    private readonly extractor: FeatureExtractor,
    { views: [plain, ...views], ...seen }: Features,
  ) {
    this.kept = { ...seen, views }
    for (const [row, { path }] of seen.photos.entries()) {
      this.rows.set(path, row)
      this.plain.set(path, plain.subarray(row * seen.width, (row + 1) * seen.width))
    }
  }

  /** Looks at the photos to learn from, which are judged, too, when a fold leaves them out. */
  static async open(options: TunerOptions, cut: Cut): Promise<KeptViews> {
    const { dataset, photos, random, progress, signal } = options
    const root = dataset.root
    const extractor = new FeatureExtractor({ ...options, spec: cut.kept, root, store: undefined })
    const kept = await extractor.extract(photos, {
      ...{ task: viewsTask, known: true, progress, signal },
      views: ({ sha256 }) => [null, ...drawn(random.fork('views', sha256))],
    })
    await extractor.rest()
    return new KeptViews(options, cut, extractor, kept)
  }

  work(photos: readonly Photo[], options: NetworkWorkOptions): TuningWork {
    const rows = photos.flatMap(({ path }) => this.rows.get(path) ?? [])
    return keptWork({ ...options, kept: this.kept, rows })
  }

  async logits(photos: readonly Photo[], weights: NetworkWeights): Promise<number[][]> {
    await this.lookAt(photos, this.options.signal)
    const { width } = this.kept
    const rows = new Float32Array(photos.length * width)
    for (const [i, { path }] of photos.entries()) rows.set(this.plain.get(path) ?? [], i * width)
    const judge = await this.judgeOf(weights)
    return judge.logits(rows, width, weights)
  }

  async close(): Promise<void> {
    await Promise.all([this.extractor.close(), (await this.judge)?.close()])
  }

  private judgeOf({ trunk }: NetworkWeights): Promise<KeptJudge> {
    const { options, cut } = this
    this.judge ??= KeptJudge.open({
      ...options,
      cut,
      head: tunedHead(options),
      size: options.rule.size,
      batchSize: batchSizeOf(options),
      learning: trunk.keys(),
    })
    return this.judge
  }

  async lookAt(asked: readonly Photo[], signal: AbortSignal | undefined): Promise<void> {
    const missing = asked.filter(({ path }) => !this.plain.has(path))
    if (missing.length === 0) return
    const { progress } = this.options
    const seen = await this.extractor.extract(missing, {
      task: plainViewsTask,
      known: true,
      progress,
      signal,
    })
    const { photos, views, width } = seen
    for (const [i, { path }] of photos.entries())
      this.plain.set(path, views[0].slice(i * width, (i + 1) * width))
    await this.extractor.rest()
  }
}

function drawn(random: RandomStream): AugmentationDraw[] {
  return Array.from({ length: keptViews }, (_, i) => drawAugmentation(random.fork(i), SIDE_ON))
}
