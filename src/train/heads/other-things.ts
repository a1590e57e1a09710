import type { DeviceOptions } from '../../engine/index.js'
import type { Unreadable } from '../features/index.js'
import { type Looks, type OtherThings, partOf } from '../known/index.js'
import { type Classifier, headProbabilities } from './classifier.js'

/**
 * Photos of other things, by the part they are in; of those kept to measure on, what a classifier says of each.
 *
 * @param compared the same photos through what `known` compares, where that is not the classifier's trunk.
 */
export async function otherThingsOf(
  classifier: Pick<Classifier, 'head' | 'weights'>,
  found: Looks & { readonly unreadable: readonly Unreadable[] },
  { device, threads }: DeviceOptions,
  compared: Looks = found,
): Promise<OtherThings> {
  const part = (looks: Looks, isLearnt: boolean) => {
    const which = Array.from(found.photos.keys()).filter(
      i => (found.photos[i].split === 'train') === isLearnt,
    )
    return partOf(looks, which)
  }
  const probabilities = await headProbabilities(classifier, part(found, false).rows, { device, threads })
  const { unreadable } = found
  return { learnt: part(compared, true), held: { ...part(compared, false), probabilities }, unreadable }
}
