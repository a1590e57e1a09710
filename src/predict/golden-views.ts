import { ChiquitoError, messageOf } from '../core/index.js'
import { plainPixels } from '../images/index.js'
import type { ModelMetadata } from '../run/index.js'

/**
 * The pixels that the golden photos of a model hold, bytes [size, size, 3] each, decoded as anybody would.
 *
 * @param path - of the model, for messages
 * @throws `model` where one cannot be decoded, or has another size than the model reads
 */
export function goldenViews(
  { golden, view: { size } }: Pick<ModelMetadata, 'golden' | 'view'>,
  path: string,
): Promise<Uint8Array[]> {
  return Promise.all(
    golden.map(async ({ png }, i) => {
      const name = `golden photo ${i + 1} of "${path}"`
      const { width, height, data } = await plainPixels(png, name, size * size).catch(error => {
        if (error instanceof ChiquitoError && error.code !== 'image') throw error
        const message = `${messageOf(error)}: it is cut off or damaged. Copy the model again, or train again.`
        throw new ChiquitoError('model', message, { cause: error })
      })
      if (width === size && height === size) return data
      throw new ChiquitoError(
        'model',
        `${name} has ${width} x ${height} pixels, and the model reads ${size} x ${size}.`,
      )
    }),
  )
}
