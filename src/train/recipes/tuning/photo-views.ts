import type { Photo } from '../../../dataset/index.js'
import { SIDE_ON } from '../../../images/index.js'
import { BatchLoader } from '../../loading/index.js'
import { linearLogits } from '../../logistic/index.js'
import {
  type NetworkWeights,
  type NetworkWorkOptions,
  photoWork,
  tunedBackbone,
} from '../../network/index.js'
import { AutoFeatures } from '../frozen/index.js'
import type { TunerOptions, TunerViews, TuningWork } from './tuner.js'

/** Photos read and varied while the network learns: every view is a new one. */
export class PhotoViews implements TunerViews {
  private readonly loader: BatchLoader

  constructor(private readonly options: TunerOptions) {
    this.loader = new BatchLoader({ ...options, root: options.dataset.root })
  }

  /** They are looked at anew by each network. */
  lookAt(): Promise<void> {
    return Promise.resolve()
  }

  work(photos: readonly Photo[], options: NetworkWorkOptions): TuningWork {
    return photoWork({ ...options, photos, loader: this.loader, augmentation: SIDE_ON })
  }

  async logits(photos: readonly Photo[], { trunk, head }: NetworkWeights): Promise<number[][]> {
    const { options } = this
    const { rule, spec, signal } = options
    const backbone = tunedBackbone(options.backbone, trunk)
    const own = { ...options, size: rule.size, backbone, store: undefined, progress: undefined }
    const features = new AutoFeatures(own, spec)
    try {
      const { views, width } = await features.extract(rule.resize, photos, 'judging')
      const [weight, bias] = ['linear.weight', 'linear.bias'].map(
        name => head.get(name)?.data ?? new Float32Array(),
      )
      return await linearLogits({ weight, bias }, views[0], width, signal)
    } finally {
      await features.close()
    }
  }

  async close(): Promise<void> {
    await this.loader.close()
  }
}
