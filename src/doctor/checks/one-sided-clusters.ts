import { said } from '../../core/index.js'
import type { DeepCheck } from '../check.js'
import { deepParts } from './deep-parts.js'

/** Kinds of photos that are learnt from and never measured on, or the reverse. */
export const oneSided: DeepCheck = {
  name: 'one-sided-clusters',
  title: 'Kinds of photos on one side of the split',
  depth: 'deep',
  finds:
    'Photos of a class that look alike to the network (one place, one pose, one series) and all lie among those learnt from, or all ' +
    'among those measured on.',
  why:
    'What is only measured on was never taught, and what is only taught is never measured: the accuracy then says less about ' +
    'new photos than it seems.',
  advice:
    'Divide the photos again with `chiquito split`, or move some of these to the other side, unless they are of one source on purpose.',
  threshold:
    'Clusters by mean cosine distance, of at least five photos, all on one side, which a draw of as many photos of the class would ' +
    'show in one of a hundred data sets at most, over all clusters of the class.',
  async run(data, work) {
    const { oneSidedClusters } = await deepParts()
    const clusters = await oneSidedClusters(data, work)
    return clusters.map(({ photos, label, side, chance }) => ({
      check: 'one-sided-clusters',
      photos: photos.map(i => data.photos[i].path),
      certain: false,
      message:
        `${photos.length} photos of "${data.labels[label]}" that look alike are all ` +
        `${side === 'train' ? 'learnt from, and none like them is measured on' : 'measured on, and none like them is learnt from'}.`,
      said: said(side === 'train' ? 'only-learnt' : 'only-measured', photos.length, data.labels[label]),
      weight: -Math.log10(Math.max(chance, 1e-99)),
    }))
  },
}
