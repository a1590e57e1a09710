import type { QuickCheck } from '../check.js'
import { SHORTCUT_AUC, shortcutWords } from '../shortcuts/index.js'
import { shortcutsOf } from '../shortcuts-of.js'

/** Classes that their files, or looks that may not be the subject, give away. */
export const shortcuts: QuickCheck = {
  name: 'shortcuts',
  title: 'Shortcuts',
  depth: 'quick',
  finds:
    'Properties by which the classes can be told apart without looking at the subject: size, width over height, file size, ' +
    'format, JPEG quality and subsampling, presence of EXIF data or a profile; then uniform borders, mean colour, ' +
    'sharpness and the edge of the photo without its middle; each alone, and together.',
  why:
    'A model learns whatever tells the classes apart. If all photos of one class come from one camera or site, it may learn ' +
    'that, do well on photos kept apart from the same sources, and fail on new ones.',
  advice:
    'Take photos of all classes from the same sources, or even the files out: `chiquito doctor DIR --fix --even-out` brings ' +
    'them to one size, shape and compression without metadata. Colour, border, sharpness and background may be the ' +
    'subject itself (roses are red): look whether they should tell the classes apart.',
  threshold:
    `Cross-validated area under the ROC curve of at least ${SHORTCUT_AUC}, further above .5 than all that is looked at ` +
    'would bring by chance in one set of twenty. .5 is guessing and 1 is certainty; public sets collected alike stand at .53 to ' +
    '.71 by their files, sets put together from two sources at .96 and more. Of 10 photos a class only what tells all apart is ' +
    'told, of 20 from .83 on, of 35 from .75 on. Classes of fewer than ten different photos are not judged.',
  async run(data, work) {
    const words = shortcutWords(await shortcutsOf(data, work), data.labels.length)
    return words.map(({ certain, message, said, auc }) => ({
      check: 'shortcuts',
      photos: [],
      certain: false,
      message,
      said,
      // What files give away is never the subject, and comes first.
      weight: certain ? 1 + auc : auc,
    }))
  },
}
