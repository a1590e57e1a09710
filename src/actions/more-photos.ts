import type { WorkOptions } from '../core/index.js'
import { curveInWords, curveOf, featuresOf, type LearningCurve, openCheckedData } from '../doctor/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { noticeOnce } from './notice-once.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

export interface MorePhotosOptions extends DeviceOptions, WorkOptions {
  /** Folder of photos. */
  readonly data: string
}

/** How mistakes fall with the photos learnt from, and what more of them would make of it. */
export interface MorePhotosResult {
  /** Null where a class has too few photos to tell. */
  readonly curve: LearningCurve | null
  /** The same in a sentence or two; null where it cannot be told. */
  readonly message: string | null
}

/** Learns from a part of the photos after another, and draws on how the mistakes fall: the doctor's check `more-photos`, with its figures. */
export async function morePhotos(options: MorePhotosOptions): Promise<MorePhotosResult> {
  const { progress, signal, device, threads } = options
  const data = await openCheckedData(options.data, options)
  const { loadBackbone } = await import('../backbones/index.js')
  const backbone = await loadBackbone(USUAL_BACKBONE, { progress, signal })
  const notice = noticeOnce(progress)
  const features = await featuresOf(data, { backbone, device, threads, notice, progress, signal })
  const curve = await curveOf({ ...data, features }, { progress, signal })
  return curve === undefined ? { curve: null, message: null } : { curve, message: curveInWords(curve) }
}
