import { said } from '../../core/index.js'
import type { QuickCheck } from '../check.js'
import { photoCheck } from './photo-check.js'

const photos = photoCheck(
  {
    name: 'unreadable',
    title: 'Unreadable photos',
    finds:
      'Files that are no photo whatever their name says, that are damaged or cut off, or of a kind that cannot be decoded; and ' +
      'files that may not be read. A JPEG that shows its picture but lacks the mark of its end is told, too.',
    why:
      'Training leaves them out, or stops at them in other programs. A download that was cut off shows grey where the rest of ' +
      'the picture should be.',
    advice: 'Get the photo again, or let `--fix` move it aside.',
  },
  ({ facts: { problem, header } }) => {
    if (problem)
      return {
        what: `cannot be used: ${problem.message}`,
        said: said(problem.kind),
        weight: 2,
        certain: true,
      }
    if (header?.hasEnd === false)
      return {
        what: 'shows its picture but lacks the end of the JPEG: it was cut off or copied badly',
        said: said('no-end'),
        weight: 1,
      }
    return undefined
  },
)

/** Photos that no program can use. */
export const unreadable: QuickCheck = {
  ...photos,
  async run(data, work) {
    const lost = (data.lost ?? []).map(({ path, reason }) => ({
      check: photos.name,
      photos: [path],
      certain: false,
      message: `"${path}" cannot be read: ${reason}.`,
      said: said('lost'),
      weight: 2,
    }))
    return [...(await photos.run(data, work)), ...lost]
  },
}
