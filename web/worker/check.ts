import { goldenFault } from '../../src/predict/golden-answers.js'
import type { CheckResult } from '../library/types.js'
import type { WorkerModel } from './model.js'
import { pixelsOfBitmap } from './pixels.js'

/** Asks a model about the golden photos it carries, by the rules of `chiquito predict`. */
export async function checkModel(model: WorkerModel): Promise<CheckResult> {
  const { metadata, device } = model
  const { golden, view } = metadata
  for (const [i, { png }] of golden.entries()) {
    const what = `golden photo ${i + 1} of ${golden.length}`
    const pixels = await exactPixels(png, view.size)
    if (pixels === undefined)
      return { agrees: false, photos: golden.length, message: `${what} cannot be read` }
    const { probabilities, known } = await model.answer(pixels, 1)
    const answered = { probabilities: probabilities[0], known: known?.[0] }
    const fault = goldenFault(metadata, i, answered, device === 'wasm' ? 'cpu' : 'webgpu')
    if (fault !== undefined) return { agrees: false, photos: golden.length, message: fault }
  }
  return { agrees: true, photos: golden.length }
}

/** Undefined where it is no picture of that size. */
async function exactPixels(png: Uint8Array, size: number): Promise<Uint8Array | undefined> {
  const file = new Blob([Uint8Array.from(png)], { type: 'image/png' })
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' }).catch(() => undefined)
  if (bitmap === undefined) return undefined
  try {
    return bitmap.width === size && bitmap.height === size ? pixelsOfBitmap(bitmap).data : undefined
  } finally {
    bitmap.close()
  }
}
