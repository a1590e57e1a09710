import { assetPath } from '../core/index.js'

/**
 * The data set the demo trains on: drawings of animals and of food, in an archive that this package carries.
 * `dataset/` is trained on as it lies: two makers' emoji under `train/`, the same emoji by a third maker under
 * `valid/`, so accuracy tells how well the classifier copes with a hand it never saw. `unseen/` has other emoji by a
 * fourth maker, `LICENSES.md` says who drew them all and on what terms.
 */
export const demoDataset = {
  path: () => assetPath('demo-dataset.zip'),
  /** Of the archive, in hexadecimal. */
  sha256: '7954f68fcb1644165db727742d64005779c73c6378efd119246daca0cd3fcdc5',
  /** The folder in the archive to train on, and how many pictures its parts hold. */
  folder: 'dataset',
  counts: { train: 380, valid: 190, unseen: 8 },
  labels: ['animal', 'food'],
  /** Pictures in the archive to classify at the end, neither whose maker nor whose subject was trained on. */
  unseen: [
    { path: 'unseen/firefox-dolphin.webp', label: 'animal' },
    { path: 'unseen/firefox-elephant.webp', label: 'animal' },
    { path: 'unseen/firefox-koala.webp', label: 'animal' },
    { path: 'unseen/firefox-penguin.webp', label: 'animal' },
    { path: 'unseen/firefox-cherries.webp', label: 'food' },
    { path: 'unseen/firefox-doughnut.webp', label: 'food' },
    { path: 'unseen/firefox-hamburger.webp', label: 'food' },
    { path: 'unseen/firefox-sushi.webp', label: 'food' },
  ],
} as const
