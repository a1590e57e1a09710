import { float32 } from '../../../core/index.js'
import type { NetworkWeights } from '../../network/index.js'
import type { Tensors } from '../../steps/index.js'

/**
 * The mean of some networks and one more, weight by weight. Networks that learnt from one start on are about as good as
 * their mean, or less (Wortsman et al. 2022, "Model soups").
 *
 * @param mean - of the others
 * @param count - how many others there are
 */
export function meanWith(mean: NetworkWeights, more: NetworkWeights, count: number): NetworkWeights {
  return { trunk: both(mean.trunk, more.trunk, count), head: both(mean.head, more.head, count) }
}

function both(mean: Tensors, more: Tensors, count: number): Tensors {
  return new Map(
    Array.from(more, ([name, { data, shape }]) => {
      const before = mean.get(name)?.data ?? data
      const joint = new Float32Array(data.length)
      for (let i = 0; i < joint.length; i++) joint[i] = before[i] + (data[i] - before[i]) / (count + 1)
      return [name, float32(joint, shape)]
    }),
  )
}
