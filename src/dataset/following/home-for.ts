import { ChiquitoError } from '../../core/index.js'
import type { ListedPhotos } from '../list-photos.js'
import { newHome } from './new-home.js'

/**
 * The folder into which new photos of a class go, relative to the data set: the class's own, among those to learn from where the photos are
 * divided; one beside the others for a class that is new.
 *
 * @throws `data` where no folder says what class a photo has
 */
export function homeFor({ homes, files }: Pick<ListedPhotos, 'homes' | 'files'>, label: string): string {
  const learnt = homes.filter(({ split }) => split === undefined || split === 'train')
  const own = learnt.find(one => one.label === label && one.folder !== undefined)?.folder
  if (own !== undefined) return own
  const other = files.find(
    ({ split, home }) => home !== undefined && (split === undefined || split === 'train'),
  )
  const beside = other && newHome({ homes }, other, label)
  if (beside !== undefined) return beside
  if (files.length === 0) return label
  throw new ChiquitoError(
    'data',
    'Photos cannot be added here: a table or the names of files say what class each has, and no folder does. Add them with the program ' +
      'that made that table, or begin a new folder with a folder for each class.',
  )
}
