import { describe, expect, it } from 'vitest'
import { checkedPhotos } from '../../../test/support/checked-photos.js'
import { writeTree } from '../../../test/support/files.js'
import { plants, scene } from '../../../test/support/scenes.js'
import { decode, greyMap } from '../../images/index.js'
import { hiddenCopies } from './hidden-copies.js'

/** Brightness of 8 x 8 fields: features as poor as these are enough for the five most similar. */
async function coarse(photos: readonly Uint8Array[]) {
  const width = 64
  const data = new Float32Array(photos.length * width)
  for (const [i, photo] of photos.entries())
    data.set(greyMap(await decode(photo, { name: 'x', shortSide: 8 }), 8), i * width)
  return { data, width, lastLayer: width }
}

describe('hidden-copies', () => {
  it('finds crops and captions among similar photos, and nothing twice', async () => {
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 30; i++) files[`s${i}.jpg`] = await scene(i)
    files['crop.jpg'] = await plants['cropped to 80 %'](await scene(4))
    files['saying.jpg'] = await plants.captioned(await scene(5))
    files['smaller.jpg'] = await plants.smaller(await scene(6))
    const paths = Object.keys(files).sort()
    const root = writeTree(files)
    const photos = await checkedPhotos(root, paths)
    const features = await coarse(paths.map(name => files[name]))
    const findings = await hiddenCopies.run({ root, labels: ['thing'], photos, features }, {})
    const pairs = findings.map(finding => finding.photos.join(' '))
    expect(pairs).toContain('crop.jpg s4.jpg')
    const crop = findings.find(({ photos: [first] }) => first === 'crop.jpg')
    expect(crop?.message).toBe(
      '"crop.jpg" shows a part of "s4.jpg": it is a crop, or the same without a caption, border or screen around it.',
    )
    expect(pairs.every(pair => pair === 'crop.jpg s4.jpg' || pair === 's5.jpg saying.jpg')).toBe(true)
  })
})
