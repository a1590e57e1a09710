import type { LookAt } from '../../images/index.js'
import { factsOfPhoto } from './measure.js'
import { keptText } from './reader.js'

// What threads that decode photos for something else load, to measure them beside.

/** The facts of a photo that is open, as they are kept. Throws where it cannot be measured: it is then asked once more by itself. */
export const lookAt: LookAt = async (bytes, photo) => {
  const { header, looks } = await factsOfPhoto(bytes, photo)
  return keptText({ header, looks, problem: null })
}
