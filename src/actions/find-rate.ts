import path from 'node:path'
import { loadBackbone, type PreprocessingOptions } from '../backbones/index.js'
import type { RatePoint } from '../charts/index.js'
import type { WorkOptions } from '../core/index.js'
import { openDataset } from '../dataset/index.js'
import { type DeviceOptions, usableDevice } from '../engine/index.js'
import { requireOutputFile, writeFileAtomic } from '../files/index.js'
import { lostPhotos } from '../report/index.js'
import { openFeatureStore } from '../run/index.js'
import { findLikeness } from '../splitting/index.js'
import { FeatureExtractor, headSpec, Learner, LearnerData } from '../train/index.js'
import { noticeOnce } from './notice-once.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

export interface FindRateOptions extends DeviceOptions, WorkOptions {
  /** Folder of the photos. */
  readonly data: string
  readonly backbone?: string | undefined
  /** As for `train`. */
  readonly preprocessing?: PreprocessingOptions | undefined
  readonly seed?: number | undefined
  readonly size?: number | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /**
   * Where classes come from: `auto` (the default), `folders`, `names` (what file names begin with: `cat.0.jpg`) or
   * `column:NAME` of a table in the data set.
   */
  readonly labelsFrom?: string | undefined
  /** Where to write the curve, an SVG; nowhere by default. */
  readonly plot?: string | undefined
  readonly iterations?: number | undefined
}

export interface FindRateResult {
  readonly points: readonly RatePoint[]
  readonly suggestion: number | null
  /** Where the curve was written. */
  readonly plot: string | null
  readonly backbone: string
  readonly seed: number
  readonly seconds: number
}

/** Learning-rate range test on the head over the frozen trunk. */
export async function findRate(options: FindRateOptions): Promise<FindRateResult> {
  const {
    seed = 0,
    size,
    preprocessing,
    progress,
    signal,
    plot,
    iterations,
    followLinks,
    labelsFrom,
  } = options
  const started = performance.now()
  if (plot !== undefined) await requireOutputFile(plot, 'drawing', /^\s*(<\?xml|<svg)/i)
  const notice = noticeOnce(progress)
  const device = await usableDevice({ ...options, notice })
  const backbone = await loadBackbone(options.backbone ?? USUAL_BACKBONE, {
    preprocessing,
    progress,
    signal,
  })
  const dataset = await openDataset(options.data, {
    seed,
    likeness: findLikeness,
    followLinks,
    labelsFrom,
    progress,
    signal,
  })
  for (const message of dataset.notices) progress?.({ kind: 'notice', message })
  const data = new LearnerData(dataset, { size, seed })
  const rule = { size: size ?? backbone.inputSize, resize: data.resize }
  const spec = headSpec(backbone)
  const store = openFeatureStore(
    FeatureExtractor.namespace({ ...options, device, backbone, rule, spec, root: dataset.root }),
    notice,
  )
  const learn = await Learner.pretrained(backbone, data, { ...options, device, notice, store })
  try {
    const rates = await learn.findRate({ iterations })
    const lost = lostPhotos(learn.unreadable, dataset.photos.length)
    if (lost !== undefined) progress?.({ kind: 'notice', message: lost })
    if (plot !== undefined) await writeFileAtomic(plot, await rates.plot())
    const seconds = (performance.now() - started) / 1000
    return {
      points: rates.points,
      suggestion: rates.suggestion ?? null,
      plot: plot === undefined ? null : path.resolve(plot),
      backbone: backbone.name,
      seed,
      seconds,
    }
  } finally {
    await learn.close()
    store.close()
  }
}
