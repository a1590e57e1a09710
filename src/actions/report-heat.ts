import path from 'node:path'
import { ChiquitoError, throwIfAborted } from '../core/index.js'
import type { Photo } from '../dataset/index.js'
import type { SessionOptions } from '../engine/index.js'
import { drawBoth, Explainer } from '../explain/index.js'
import { decode, readPhotoFile, renderView, thumbnail, type ViewRule } from '../images/index.js'
import { readModel, upgradeModel } from '../onnx/index.js'

/** Side of a heat map in a gallery, in pixels. */
const heatSide = 160

/** Colours of a map are soft: nobody sees what is left out. */
const quality = 75

/**
 * What spoke for and against the answer to each of some photos, as small pictures by their numbers. None where the network has no maps, as
 * covering places would take minutes; and none of a photo that is gone or another by now.
 *
 * @param model - the file's bytes
 * @param chosen - numbers of photos
 */
export async function heatPictures(
  model: Uint8Array,
  chosen: readonly number[],
  photos: readonly Photo[],
  { root, rule, ...options }: SessionOptions & { readonly root: string; readonly rule: ViewRule },
): Promise<Map<number, string>> {
  const pictures = new Map<number, string>()
  if (chosen.length === 0) return pictures
  const explainer = await Explainer.open(upgradeModel(readModel(model, 'model.onnx')).graph, options)
  if ('why' in explainer) return pictures
  try {
    for (const number of chosen) {
      throwIfAborted(options.signal)
      const view = await viewOf(photos[number], root, rule)
      if (!view) continue
      const explained = await explainer.explain(view, rule.size)
      if ('why' in explained) continue
      const both = drawBoth(view, rule.size, explained.map)
      pictures.set(number, await thumbnail(both, heatSide, { quality }))
    }
    return pictures
  } finally {
    await explainer.close()
  }
}

async function viewOf(
  { path: name, sha256 }: Photo,
  root: string,
  rule: ViewRule,
): Promise<Uint8Array | undefined> {
  try {
    const bytes = await readPhotoFile(path.join(root, name), name, sha256)
    return renderView(await decode(bytes, { name, shortSide: rule.size }), rule)
  } catch (error) {
    if (error instanceof ChiquitoError && (error.code === 'image' || error.code === 'data')) return undefined
    throw error
  }
}
