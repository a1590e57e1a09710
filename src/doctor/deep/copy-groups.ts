import type { WorkOptions } from '../../core/index.js'
import { copyTies, joined } from '../../dataset/index.js'
import type { DeepData } from '../check.js'
import { allCopiesAmong } from '../copies/index.js'

/** Which photos are copies of each other, of every kind, also near and hidden ones: for each the lowest number of its group. */
export async function copyGroups(data: DeepData, work: WorkOptions): Promise<Int32Array> {
  return joined(data.photos.length, [...copyTies(data.photos), ...(await allCopiesAmong(data, work))])
}
