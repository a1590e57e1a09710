import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { type AugmentationDraw, drawAugmentation, SIDE_ON } from '../../../images/index.js'
import { FeatureExtractor, type Features } from '../../features/index.js'
import {
  type Cut,
  KeptJudge,
  keptWork,
  type NetworkWeights,
  type NetworkWorkOptions,
} from '../../network/index.js'
import { batchSizeOf, type TunerOptions, type TunerViews, type TuningWork, tunedHead } from './tuner.js'

/** Varied views kept of each photo; with more, few epochs would hardly see them all. */
export const mostViews = 4

/**
 * Views of photos as the part of a network before a cut sees them, computed once and kept in memory: a step costs a
 * third of one through the whole network.
 */
export class KeptViews implements TunerViews {
  private readonly rows = new Map<string, number>()
  private readonly plain = new Map<string, Float32Array>()
  private judge: Promise<KeptJudge> | undefined

  private constructor(
    private readonly options: TunerOptions,
    private readonly cut: Cut,
    private readonly extractor: FeatureExtractor,
    /** What was kept of each photo to learn from, in varied views. */
    private readonly kept: Features,
  ) {
    for (const [row, { path }] of kept.photos.entries()) this.rows.set(path, row)
  }

  /** @param views of each photo to learn from. */
  static async open(options: TunerOptions, cut: Cut, views: number): Promise<KeptViews> {
    const { dataset, photos, random, progress, signal } = options
    const root = dataset.root
    const extractor = new FeatureExtractor({ ...options, spec: cut.kept, root, store: undefined })
    const task = `${views} varied views of each photo`
    const kept = await extractor.extract(photos, {
      ...{ task, known: true, progress, signal },
      views: photo => drawn(random.fork('views', photo.sha256), views),
    })
    await extractor.rest()
    return new KeptViews(options, cut, extractor, kept)
  }

  work(photos: readonly Photo[], options: NetworkWorkOptions): TuningWork {
    const rows = photos.flatMap(({ path }) => this.rows.get(path) ?? [])
    return keptWork({ ...options, kept: this.kept, rows })
  }

  async logits(photos: readonly Photo[], weights: NetworkWeights): Promise<number[][]> {
    const missing = photos.filter(({ path }) => !this.plain.has(path))
    if (missing.length > 0) await this.keepPlain(missing)
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

  private async keepPlain(missing: readonly Photo[]): Promise<void> {
    const { signal } = this.options
    const seen = await this.extractor.extract(missing, { task: 'plain views', known: true, signal })
    const { photos, views, width } = seen
    for (const [i, { path }] of photos.entries())
      this.plain.set(path, views[0].slice(i * width, (i + 1) * width))
    await this.extractor.rest()
  }
}

function drawn(random: RandomStream, count: number): AugmentationDraw[] {
  return Array.from({ length: count }, (_, i) => drawAugmentation(random.fork(i), SIDE_ON))
}
