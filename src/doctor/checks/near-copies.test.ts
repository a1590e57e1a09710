import { describe, expect, it } from 'vitest'
import { checkedPhotos } from '../../../test/support/checked-photos.js'
import { writeTree } from '../../../test/support/files.js'
import { plants, scene } from '../../../test/support/scenes.js'
import { nearCopies } from './near-copies.js'

describe('near-copies', () => {
  it('finds the planted copies, tells leaks first, and leaves equal files to another check', async () => {
    const files = {
      'train/a.jpg': await scene(1),
      'train/b.jpg': await scene(2),
      'train/c.jpg': await plants.mirrored(await scene(2)),
      'train/d.jpg': await scene(3),
      'valid/e.jpg': await plants['turned by 90'](await scene(1)),
      'valid/f.jpg': await scene(3),
    }
    const root = writeTree(files)
    const photos = await checkedPhotos(root, Object.keys(files))
    const findings = await nearCopies.run({ root, labels: ['thing'], photos }, {})
    expect(findings).toEqual([
      {
        check: 'near-copies',
        photos: ['train/a.jpg', 'valid/e.jpg'],
        certain: false,
        message:
          '"train/a.jpg" and "valid/e.jpg" show one picture: one is a turned copy of the other; one is learnt from and the other measured on (train, valid).',
        said: { code: 'copy-turned', values: ['sides', '', ''] },
        weight: 2,
      },
      {
        check: 'near-copies',
        photos: ['train/b.jpg', 'train/c.jpg'],
        certain: false,
        message: '"train/b.jpg" and "train/c.jpg" show one picture: one is a mirror image of the other.',
        said: { code: 'copy-mirrored', values: ['', '', ''] },
        weight: 0,
      },
    ])
  })
})
