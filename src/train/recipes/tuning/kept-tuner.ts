import { featureWidth } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { drawAugmentation, SIDE_ON } from '../../../images/index.js'
import { FeatureExtractor, type Features } from '../../features/index.js'
import { linearHead } from '../../heads/index.js'
import type { Validation } from '../../loop/index.js'
import type { Cut } from '../../network/index.js'
import {
  KeptJudge,
  KeptWork,
  NetworkTrainer,
  type NetworkWeights,
  trunkAndHead,
} from '../../network/index.js'
import type { Tuner, TunerOptions, TuningStart, TuningWork } from './tuner.js'
import { averageDecay, batchSize, dropout, labelSmoothing, optimizer, shares } from './values.js'

/** Varied views kept of each photo; with more, few epochs would hardly see them all. */
export const mostViews = 4

/**
 * Fine-tunes the part of a network behind a cut. What comes before is computed once for some varied views of each
 * photo, and kept in memory: a step costs a third of one through the whole network.
 */
export class KeptTuner implements Tuner {
  readonly depth = 'last'
  readonly subject = 'The last layers'
  private readonly rows = new Map<string, number>()
  private readonly plain = new Map<string, Float32Array>()

  private constructor(
    private readonly options: TunerOptions,
    private readonly extractor: FeatureExtractor,
    /** What was kept of each photo to learn from, in varied views. */
    private readonly kept: Features,
    private readonly trainer: NetworkTrainer,
    private readonly judge: KeptJudge,
  ) {
    for (const [row, { path }] of kept.photos.entries()) this.rows.set(path, row)
  }

  static async open(options: TunerOptions, cut: Cut, views: number): Promise<KeptTuner> {
    const { backbone, spec, rule, dataset, photos, random, progress, signal } = options
    const extractor = new FeatureExtractor({
      ...options,
      spec: cut.kept,
      root: dataset.root,
      store: undefined,
    })
    const draws = (photo: Photo) =>
      Array.from({ length: views }, (_, i) =>
        drawAugmentation(random.fork('views', photo.sha256, i), SIDE_ON),
      )
    const task = `${views} varied views of each photo`
    const kept = await extractor.extract(photos, { task, views: draws, known: true, progress, signal })
    await extractor.rest()
    const width = featureWidth(backbone, spec)
    const head = linearHead(width, dataset.labels.length, { dropout })
    const batch = Math.min(batchSize, photos.length)
    const network = { ...options, head, cut, batchSize: batch, size: rule.size }
    const trainer = await NetworkTrainer.open({
      ...network,
      weights: options.head,
      groups: trunkAndHead(backbone, head),
      optimizer,
      labelSmoothing,
      averageDecay,
      batchNorm: 'none',
    })
    const learning = trainer.weights().trunk.keys()
    const judge = await KeptJudge.open({ ...network, learning })
    return new KeptTuner(options, extractor, kept, trainer, judge)
  }

  begin(
    start: TuningStart,
    photos: readonly Photo[],
    random: RandomStream,
    validate: () => Promise<Validation>,
  ): TuningWork {
    const { trainer, kept } = this
    trainer.begin(start, random)
    return new KeptWork({
      trainer,
      kept,
      rows: photos.flatMap(({ path }) => this.rows.get(path) ?? []),
      batchSize: Math.min(batchSize, this.options.photos.length),
      classes: this.options.dataset.labels.length,
      shares,
      random,
      validate,
    })
  }

  weights(): NetworkWeights {
    return this.trainer.weights()
  }

  async logits(photos: readonly Photo[]): Promise<number[][]> {
    const missing = photos.filter(({ path }) => !this.plain.has(path))
    if (missing.length > 0) await this.keepPlain(missing)
    const width = this.kept.width
    const rows = new Float32Array(photos.length * width)
    for (const [i, { path }] of photos.entries()) rows.set(this.plain.get(path) ?? [], i * width)
    return this.judge.logits(rows, width, this.weights())
  }

  async close(): Promise<void> {
    await Promise.all([this.extractor.close(), this.trainer.close(), this.judge.close()])
  }

  private async keepPlain(photos: readonly Photo[]): Promise<void> {
    const { signal } = this.options
    const {
      views,
      width,
      photos: read,
    } = await this.extractor.extract(photos, { task: 'plain views', known: true, signal })
    for (const [i, { path }] of read.entries())
      this.plain.set(path, views[0].slice(i * width, (i + 1) * width))
    await this.extractor.rest()
  }
}
