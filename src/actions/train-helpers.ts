import type { WorkOptions } from '../core/index.js'
import { type EngineChoice, workStore } from './engine-choice.js'
import { featureHelp } from './jobs/feature-help.js'
import { fileOf } from './jobs/network-file.js'
import { openEngine } from './open-engine.js'
import type { Helpers, TrainOptions } from './train-options.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

/** Those of the queue that options name; undefined where all is done here. @throws `usage`, `io` */
export async function helpersFor(
  options: EngineChoice & Pick<TrainOptions, 'backbone' | 'preprocessing'>,
  work: WorkOptions,
): Promise<Helpers | undefined> {
  const { queue, backbone = USUAL_BACKBONE, preprocessing } = options
  if (queue === undefined) return undefined
  const opened = await openEngine({ queue, store: workStore(options, ''), ...work })
  return {
    help: featureHelp({ ...opened, backbone: fileOf(backbone), preprocessing }),
    close: opened.close,
  }
}
