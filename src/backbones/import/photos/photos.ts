import path from 'node:path'
import { ChiquitoError } from '../../../core/index.js'
import type { Graph } from '../../../onnx/index.js'
import type { Preprocessing } from '../../backbone.js'
import {
  describePreprocessing,
  type Finding,
  imageNet,
  metadataFinding,
  type PreprocessingOptions,
  resolvePreprocessing,
} from '../../preprocessing/index.js'
import { innerLayers } from './inner-layers.js'

/** Sides in pixels that a configuration may ask for. */
const sides = { least: 32, most: 2048 } as const

export interface PhotoOptions {
  /** How photos are prepared, where the person says it. */
  readonly preprocessing?: PreprocessingOptions | undefined
  /** What a run found before that is gone on with: nothing else counts then. */
  readonly recorded?: RecordedPhotos | undefined
  /** What lies beside the file. */
  readonly beside?: readonly Finding[] | undefined
}

interface Given extends PhotoOptions {
  /** Whose photo is `image`, float32 [batch, 3, height, width]. */
  readonly graph: Graph
  readonly file: string
  readonly metadata: ReadonlyMap<string, string>
  /** Whether the file itself takes bytes. */
  readonly takesBytes: boolean
  /** Side of the photos where nothing says it. */
  readonly usualSize: number
}

export interface RecordedPhotos {
  readonly preprocessing: Preprocessing
  /** Side in pixels: what the file takes, else what is written in or beside it. */
  readonly size: number
}

export interface Photos extends RecordedPhotos {
  /** Which preprocessing is used and where it is from, in a sentence. */
  readonly notice: string
}

/**
 * What a network's photos are: how large, how prepared.
 * Throws `usage` for options that cannot be; `model` for what cannot be in or beside the file.
 */
export function photosOf(given: Given): Photos {
  const { graph, file, metadata, takesBytes, recorded } = given
  if (recorded) {
    const what = describePreprocessing(recorded.preprocessing)
    return { ...recorded, notice: `Preprocessing of ${path.basename(file)}: ${what}, as the run began with.` }
  }
  const written = metadataFinding(metadata, file)
  const stated = [...(written ? [written] : []), ...(given.beside ?? [])]
  const resolved = resolvePreprocessing({
    file,
    given: given.preprocessing,
    takesBytes,
    inside: innerLayers(graph),
    stated,
    usual: { preprocessing: imageNet, name: "ImageNet's mean and deviation" },
  })
  return { ...resolved, size: sizeOf(given, stated) }
}

function sizeOf({ graph, file, usualSize }: Given, stated: readonly Finding[]): number {
  const [, , height, width] = graph.inputs.get('image')?.shape ?? []
  const fixed = [height, width].find(side => typeof side === 'number')
  if (typeof fixed === 'number') return fixed
  const found = stated.find(({ size }) => size !== undefined)
  if (found?.size === undefined) return usualSize
  if (found.size >= sides.least && found.size <= sides.most) return found.size
  throw new ChiquitoError(
    'model',
    `${found.source} says that photos of ${file} are ${found.size} pixels a side; ${sides.least} to ${sides.most} are possible. Correct it or take it away.`,
  )
}
