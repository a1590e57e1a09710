import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { plants, scene } from '../../test/support/scenes.js'
import { decode } from './decode.js'
import { insideFrame } from './frame.js'
import { hashDistance, perceptualHash } from './perceptual-hash.js'

const open = (bytes: Uint8Array) => decode(bytes, { name: 'x', shortSide: 1000 })

describe('insideFrame', () => {
  it('leaves photos without a frame alone', async () => {
    for (let i = 0; i < 10; i++) expect(insideFrame(await open(await scene(i)))).toBeNull()
  })

  it.each(['bordered', 'screenshot'] as const)('finds the picture of a %s photo', async plant => {
    for (let i = 0; i < 10; i++) {
      const photo = await scene(i)
      const inside = insideFrame(await open(await plants[plant](photo)))
      if (inside === null) throw new Error(`no frame found around ${i}`)
      expect(Math.abs(inside.width - 320)).toBeLessThanOrEqual(4)
      expect(Math.abs(inside.height - 240)).toBeLessThanOrEqual(4)
      expect(hashDistance(perceptualHash(inside), perceptualHash(await open(photo)))).toBeLessThanOrEqual(4)
    }
  })

  it('finds the picture between the bars of a film', async () => {
    const film = await sharp(await scene(1))
      .extend({ top: 40, bottom: 40, background: '#000' })
      .jpeg({ quality: 60 })
      .toBuffer()
    const inside = insideFrame(await open(film))
    expect(inside?.width).toBe(320)
    expect(Math.abs((inside?.height ?? 0) - 240)).toBeLessThanOrEqual(2)
  })

  it('finds no picture in a flat photo', async () => {
    const flat = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#345' } })
      .jpeg()
      .toBuffer()
    expect(insideFrame(await open(flat))).toBeNull()
  })
})
