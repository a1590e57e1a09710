import { said } from '../../core/index.js'
import type { DeepCheck } from '../check.js'
import { deepParts } from './deep-parts.js'

/** Photos that lie in the wrong class, as far as a model that did not learn from them can tell. */
export const labelErrors: DeepCheck = {
  name: 'label-errors',
  title: 'Likely label errors',
  depth: 'deep',
  finds:
    'Photos that a model takes for another class than the one they lie in, although it did not learn from them: each photo is ' +
    'judged by fits that left it and its copies out, also near ones.',
  why: 'A wrong label teaches the opposite of what is meant, and a wrong one among the photos measured on makes a good model look bad.',
  advice: 'Look at each one, the first are the surest. Move it to the class it belongs to, or set it aside.',
  threshold:
    'Confident learning: photos are ranked by the probability of their own label; how many of them are told follows from how ' +
    'often photos of a class reach the usual confidence of another. Of 10 % labels flipped on purpose .93 to 1.00 are among ' +
    'the first 15 % of the ranking (five sets), and .88 to .96 are told; of labels left alone at most 1.1 % are.',
  async run(data, work) {
    const { rankLabels } = await deepParts()
    const { scores, likelyWrong } = await rankLabels(data, work)
    return scores
      .slice(0, likelyWrong)
      .filter(({ confidence, otherConfidence }) => otherConfidence > confidence)
      .map(({ photo, given, confidence, other, otherConfidence }) => ({
        check: 'label-errors',
        photos: [data.photos[photo].path],
        certain: false,
        message:
          `"${data.photos[photo].path}" lies in "${data.labels[given]}" and looks like "${data.labels[other]}" to a model that did ` +
          `not learn from it (${otherConfidence.toFixed(2)} against ${confidence.toFixed(2)}).`,
        said: said(
          'label-errors',
          data.labels[given],
          data.labels[other],
          otherConfidence.toFixed(2),
          confidence.toFixed(2),
        ),
        weight: 1 - confidence,
      }))
  },
}
