import { type Backbone, type FeatureSpec, featureModel } from '../../backbones/index.js'
import { asFloat32, uint8 } from '../../core/index.js'
import { type DeviceOptions, Session, SessionThreads, threadsOf } from '../../engine/index.js'

/** Views a run of the trunk takes: of more, what is between two operations no longer lies near the processor. */
export const trunkBatch = 4

/** A frozen trunk at work. */
export interface Trunk {
  /** Runs that may be asked for before the first of them is waited for. */
  readonly atOnce: number
  /**
   * Views uint8 [batch, size, size, 3] to features [batch, width]. What is given is handed over.
   */
  run(views: Uint8Array): Promise<Float32Array>
  close(): Promise<void>
}

/** On the CPU each run has a thread of its own, where there are several; elsewhere one run follows the other. */
export async function openTrunk(
  backbone: Backbone,
  spec: FeatureSpec,
  size: number,
  options: DeviceOptions,
): Promise<Trunk> {
  const model = featureModel(backbone, { size, batch: trunkBatch, ...spec })
  const { device = 'cpu' } = options
  const side = device === 'cpu' ? await SessionThreads.open(model, threadsOf(options)) : undefined
  const session = side ?? (await Session.open(model, options))
  return {
    atOnce: side?.atOnce ?? 1,
    async run(views) {
      const { features } = await session.run({ pixels: uint8(views, [trunkBatch, size, size, 3]) })
      return asFloat32(features, 'features').data
    },
    close: () => session.close(),
  }
}
