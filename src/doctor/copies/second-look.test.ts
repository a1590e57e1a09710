import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { checkedPhotos } from '../../../test/support/checked-photos.js'
import { writeTree } from '../../../test/support/files.js'
import { plants, scene } from '../../../test/support/scenes.js'
import { GreyMaps } from './grey-maps.js'
import { SecondLook } from './second-look.js'

async function lookAt(a: Uint8Array, b: Uint8Array) {
  const files = { 'a.jpg': a, 'b.jpg': b }
  const root = writeTree(files)
  const photos = await checkedPhotos(root, Object.keys(files))
  const maps = new GreyMaps(photos, root)
  await maps.load([0, 1], {})
  return {
    any: new SecondLook(maps).ofAny({ a: 0, b: 1, isClosest: false }),
    near: new SecondLook(maps).ofCandidate({ a: 0, b: 1, position: 0, distance: 2 }),
  }
}

describe('the second look', () => {
  it.each(Object.entries(plants).filter(([name]) => !name.startsWith('turned') && name !== 'upside down'))(
    'sees that a photo %s is the photo',
    async (name, plant) => {
      for (let i = 0; i < 4; i++) {
        const { any, near } = await lookAt(await scene(i), await plant(await scene(i)))
        // Where much is laid over the photo, its hash has to say so, too.
        expect((any ?? near)?.kind, `${name}, ${i}`).toMatch(/near|mirrored|part/)
      }
    },
  )

  it('finds a crop that was mirrored', async () => {
    const crop = await plants.mirrored(await plants['cropped to 80 %'](await scene(3)))
    expect((await lookAt(await scene(3), crop)).any?.kind).toBe('part')
  })

  it('sees strangers as strangers, also round things on white and flat ones', async () => {
    for (let i = 0; i < 6; i++)
      expect((await lookAt(await scene(i), await scene(i + 100))).any).toBeUndefined()
    const thing = (seed: number) =>
      sharp({
        create: {
          width: 160,
          height: 160,
          channels: 3,
          background: '#fff',
        },
      })
        .composite([
          {
            input: Buffer.from(
              `<svg width="160" height="160"><filter id="f"><feTurbulence baseFrequency="0.06" seed="${seed}"/><feColorMatrix values="0.4 0 0 0 0.1 0.4 0 0 0 0.1 0.4 0 0 0 0.1 0 0 0 0 1"/></filter><clipPath id="c"><circle cx="80" cy="80" r="70"/></clipPath><rect width="160" height="160" filter="url(#f)" clip-path="url(#c)"/></svg>`,
            ),
          },
        ])
        .jpeg()
        .toBuffer()
    expect((await lookAt(await thing(1), await thing(2))).any).toBeUndefined()
    const flat = (grey: number) =>
      sharp({ create: { width: 90, height: 60, channels: 3, background: { r: grey, g: grey, b: grey } } })
        .jpeg()
        .toBuffer()
    expect((await lookAt(await flat(90), await flat(120))).any).toBeUndefined()
  })

  it('sees two shirts of one cut on one cloth as two', async () => {
    const shirt = (print: string) =>
      sharp(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="150" height="200"><rect width="150" height="200" fill="#821c3c"/><path d="M50 40 L30 50 L8 85 L28 98 L36 84 L36 175 L114 175 L114 84 L122 98 L142 85 L120 50 L100 40 Q75 56 50 40Z" fill="#ece8e8"/><path d="${print}" fill="#999"/></svg>`,
        ),
      )
        .jpeg()
        .toBuffer()
    const across = Array.from({ length: 6 }, (_, i) => `M42 ${64 + i * 18}h66v7h-66z`).join('')
    const down = Array.from({ length: 6 }, (_, i) => `M${44 + i * 11} 62v50h4v-50z`).join('')
    const prints = [across, down, 'M52 65l46 40l-46 10zM60 120h30v20h-30z']
    for (const [i, print] of prints.entries())
      for (const other of prints.slice(0, i))
        expect((await lookAt(await shirt(print), await shirt(other))).any).toBeUndefined()
  })

  it('is certain where saving anew explains all, not where something has walked into the picture', async () => {
    const photo = await scene(8)
    const saved = await sharp(photo).jpeg({ quality: 80 }).toBuffer()
    expect((await lookAt(photo, saved)).near).toMatchObject({ kind: 'near', certain: true })
    const bird = Buffer.from(
      '<svg width="320" height="240"><circle cx="90" cy="60" r="9" fill="#fff" stroke="#000" stroke-width="6"/></svg>',
    )
    const visited = await sharp(photo)
      .composite([{ input: bird }])
      .jpeg()
      .toBuffer()
    expect((await lookAt(photo, visited)).near).toMatchObject({ kind: 'near', certain: false })
  })
})
