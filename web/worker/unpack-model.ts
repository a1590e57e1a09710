import { fromPlanes } from '../../src/app/packed-model.js'
import { ChiquitoError, messageOf } from '../../src/core/error.js'
import { MAX_MODEL_BYTES } from '../library/fetch-model.js'
import { gunzipped } from '../library/unpacked.js'

/** A model file, also where it comes as exported pages fetch it. @throws `model` where it is damaged, or too large */
export async function unpackModel(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array> {
  const file = await gunzipped(bytes, MAX_MODEL_BYTES).catch((error: unknown) => {
    throw new ChiquitoError('model', `${name} cannot be unpacked: ${messageOf(error)}`, { cause: error })
  })
  const model = fromPlanes(file)
  if (model) return model
  throw new ChiquitoError('model', `${name} cannot be unpacked: it is cut off or damaged.`)
}
