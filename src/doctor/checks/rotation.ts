import { said } from '../../core/index.js'
import { photoCheck } from './photo-check.js'

const turns: Readonly<Record<number, string>> = {
  2: 'mirrored',
  3: 'upside down',
  4: 'upside down and mirrored',
  5: 'on its side and mirrored',
  6: 'on its left side',
  7: 'on its side and mirrored',
  8: 'on its right side',
}

/** Photos that only EXIF turns upright. */
export const rotation = photoCheck(
  {
    name: 'rotation',
    title: 'Rotation in EXIF',
    finds: 'Photos that are stored on their side or upside down, with a note in EXIF how to turn them.',
    why:
      'This program turns them upright, in training and in prediction; many others (TensorFlow, PyTorch, OpenCV when told to ' +
      'ignore it) show them as they are stored.',
    advice: 'Nothing to do here. Save them upright before other programs read them; `--even-out` does so.',
  },
  ({ facts: { header } }) => {
    const turn = header && turns[header.orientation]
    return turn
      ? {
          what: `is stored ${turn}; EXIF says how to turn it (${header.orientation})`,
          said: said('rotation', header.orientation),
          weight: 0,
        }
      : undefined
  },
)
