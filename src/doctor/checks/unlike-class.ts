import { plural, said } from '../../core/index.js'
import type { DeepCheck } from '../check.js'
import { deepParts } from './deep-parts.js'

/** Photos that show something else than their class does. */
export const unlikeClass: DeepCheck = {
  name: 'unlike-class',
  title: 'Photos unlike their class',
  depth: 'deep',
  finds:
    'Photos that look to the network like nothing else in their class: an advertisement, a drawing, somebody else among ' +
    'photos of one person.',
  why: 'Searches bring along what was not asked for. A few such photos cost little; many make the class mean something else.',
  advice: 'Look at each one. Set aside what does not belong; keep what is only rare, it teaches most.',
  threshold:
    "Distance (cosine of the last layer's means) to the nearest eighth of the class's core, its four fifths nearest to the rest, beyond " +
    "the usual distance by 1.15 times the geometric mean of it and the distance of the core's quartiles. Of ten photos of many other " +
    'things put into one of six classes 7 to 10 are told, of ten of one other kind 9 to 10 in five and 4 in one; of photos left alone ' +
    '.4 to 6 %, the rarest of the class: the first of them are the surest. Faces of strangers among photos of one person are not told: ' +
    'a general network does not know persons apart.',
  async run(data, work) {
    const { strangersIn } = await deepParts()
    const strangers = await strangersIn(data, work)
    return strangers.map(({ photo, distance, usual, oddness }) => ({
      check: 'unlike-class',
      photos: [data.photos[photo].path],
      certain: false,
      message:
        `"${data.photos[photo].path}" is unlike the rest of "${data.labels[data.photos[photo].label]}": distance ` +
        `${distance.toFixed(2)} where ${usual.toFixed(2)} is usual, ${plural(Number(oddness.toFixed(1)), 'deviation')} beyond it.`,
      said: said('unlike-class', data.labels[data.photos[photo].label]),
      weight: oddness,
    }))
  },
}
