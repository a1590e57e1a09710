import { featureWidth, type LayerGroup } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { SIDE_ON } from '../../../images/index.js'
import { linearHead } from '../../heads/index.js'
import { linearLogits } from '../../logistic/index.js'
import type { Validation } from '../../loop/index.js'
import {
  NetworkTrainer,
  type NetworkWeights,
  NetworkWork,
  trunkAndHead,
  tunedBackbone,
} from '../../network/index.js'
import { AutoFeatures } from '../frozen/index.js'
import type { Tuner, TunerOptions, TuningStart, TuningWork } from './tuner.js'
import { averageDecay, batchSize, type Depth, dropout, labelSmoothing, optimizer, shares } from './values.js'

/** Fine-tunes a network, or the last part of it, through the whole of it: every view is a new one. */
export class PhotoTuner implements Tuner {
  private constructor(
    private readonly options: TunerOptions,
    readonly depth: Depth,
    private readonly trainer: NetworkTrainer,
    private readonly width: number,
  ) {}

  get subject(): string {
    return this.depth === 'last' ? 'The last layers' : 'All layers'
  }

  /**
   * @param last names of the weights that learn, where not all do.
   */
  static async open(options: TunerOptions, last?: ReadonlySet<string>): Promise<PhotoTuner> {
    const { backbone, spec, rule, dataset, photos } = options
    const width = featureWidth(backbone, spec)
    const head = linearHead(width, dataset.labels.length, { dropout })
    const learns = (group: LayerGroup): LayerGroup => ({
      ...group,
      parameters: group.parameters.filter(name => last?.has(name) ?? true),
    })
    const [trunk, top] = trunkAndHead(backbone, head)
    const trainer = await NetworkTrainer.open({
      ...options,
      head,
      weights: options.head,
      size: rule.size,
      batchSize: Math.min(batchSize, photos.length),
      groups: [learns(trunk), top],
      optimizer,
      labelSmoothing,
      averageDecay,
      batchNorm: 'none',
    })
    return new PhotoTuner(options, last ? 'last' : 'all', trainer, width)
  }

  begin(
    start: TuningStart,
    photos: readonly Photo[],
    random: RandomStream,
    validate: () => Promise<Validation>,
  ): TuningWork {
    const { trainer, options } = this
    trainer.begin(start, random)
    return new NetworkWork({
      ...options,
      trainer,
      photos,
      random,
      validate,
      shares,
      root: options.dataset.root,
      augmentation: SIDE_ON,
      classes: options.dataset.labels.length,
      batchSize: Math.min(batchSize, options.photos.length),
    })
  }

  weights(): NetworkWeights {
    return this.trainer.weights()
  }

  async logits(photos: readonly Photo[]): Promise<number[][]> {
    const { options, width } = this
    const { trunk, head } = this.weights()
    const backbone = tunedBackbone(options.backbone, trunk)
    const features = new AutoFeatures(
      { ...options, size: options.rule.size, backbone, store: undefined, progress: undefined },
      options.spec,
    )
    try {
      const { views } = await features.extract(options.rule.resize, photos, 'judging')
      const [weight, bias] = ['linear.weight', 'linear.bias'].map(
        name => head.get(name)?.data ?? new Float32Array(),
      )
      return await linearLogits({ weight, bias }, views[0], width, options.signal)
    } finally {
      await features.close()
    }
  }

  async close(): Promise<void> {
    await this.trainer.close()
  }
}
