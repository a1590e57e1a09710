import { describe, expect, it } from 'vitest'
import { contactSheet } from './contact-sheet.js'
import { decode } from './decode.js'
import { dataUri, encodeJpeg, encodePng, thumbnail } from './encode.js'
import { entry, worstDifference } from './fixtures/photos.js'
import { blank, type Pixels } from './pixels.js'

const { width, height, pixels } = entry('png')
const picture: Pixels = { width, height, data: pixels }
const read = (file: Uint8Array) => decode(file, { name: 'encoded', shortSide: 1000 })

describe('encoding and decoding', () => {
  it('PNG is exact', async () => {
    expect(worstDifference((await read(await encodePng(picture))).data, pixels)).toBe(0)
  })

  it('JPEG is close', async () => {
    expect(
      worstDifference((await read(await encodeJpeg(picture, { quality: 97 }))).data, pixels),
    ).toBeLessThan(20)
  })
})

it('a thumbnail is a small data address with the proportions kept', async () => {
  const uri = await thumbnail(blank(400, 200, [1, 2, 3]), 100)
  expect(uri).toMatch(/^data:image\/jpeg;base64,/)
  expect(await read(Buffer.from(uri.split(',')[1], 'base64'))).toMatchObject({ width: 100, height: 50 })
  expect(dataUri(Uint8Array.of(1, 2), 'image/png')).toBe('data:image/png;base64,AQI=')
})

describe('contactSheet', () => {
  it('lays pictures out row by row', () => {
    const colours = [10, 20, 30, 40, 50].map(value => blank(4, 3, [value, value, value]))
    const sheet = contactSheet(colours, { columns: 2, gap: 1, background: [0, 0, 0] })
    expect([sheet.width, sheet.height]).toEqual([11, 13])
    const at = (x: number, y: number) => sheet.data[(y * sheet.width + x) * 3]
    expect([at(0, 0), at(1, 1), at(6, 1), at(1, 5), at(6, 5), at(1, 9), at(6, 9)]).toEqual([
      0, 10, 20, 30, 40, 50, 0,
    ])
  })

  it('refuses pictures of different sizes, none, and no columns', () => {
    const [a, b] = [blank(4, 4, [0, 0, 0]), blank(4, 5, [0, 0, 0])]
    expect(() => contactSheet([a, b], { columns: 2 })).toThrow(/pictures\[1\] must be 4 x 4/)
    expect(() => contactSheet([], { columns: 2 })).toThrow(/at least one/)
    expect(() => contactSheet([a], { columns: 0 })).toThrow(/columns/)
  })
})
