import type { DeviceOptions } from '../../engine/index.js'
import type { Unreadable } from '../features/index.js'
import { type Looks, type OtherThings, partOf } from '../known/index.js'
import { type Classifier, headProbabilities } from './classifier.js'

/** Photos of other things, by the part they are in; of those kept to measure on, what a classifier says of each. */
export async function otherThingsOf(
  classifier: Pick<Classifier, 'head' | 'weights'>,
  found: Looks & { readonly unreadable: readonly Unreadable[] },
  { device, threads }: DeviceOptions,
): Promise<OtherThings> {
  const part = (isLearnt: boolean) => {
    const which = Array.from(found.photos.keys()).filter(
      i => (found.photos[i].split === 'train') === isLearnt,
    )
    return partOf(found, which)
  }
  const held = part(false)
  const probabilities = await headProbabilities(classifier, held.rows, { device, threads })
  return { learnt: part(true), held: { ...held, probabilities }, unreadable: found.unreadable }
}
