import { describe, expect, it } from 'vitest'
import { drawPhoto } from '../../test/support/report-sample.js'
import { dataUri } from './picture.js'

describe('dataUri', () => {
  it('tells the kind of picture from its bytes', async () => {
    const jpeg = await drawPhoto(0, 1, 16)
    const uri = dataUri(jpeg)
    expect(uri).toMatch(/^data:image\/jpeg;base64,/)
    expect(Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64').equals(jpeg)).toBe(true)
    expect(dataUri(uri)).toBe(uri)
  })

  it('knows a picture that lies inside a larger buffer', async () => {
    const jpeg = await drawPhoto(0, 1, 16)
    const larger = new Uint8Array(jpeg.length + 7)
    larger.set(jpeg, 7)
    expect(dataUri(larger.subarray(7))).toBe(dataUri(jpeg))
  })

  const refused: [string, string | Uint8Array, string][] = [
    ['an address', 'https://example.org/a.jpg', 'but is "https://example.org/a.jpg"'],
    ['a data URI that is no picture', 'data:text/html;base64,PHA+', 'but is "data:text/html'],
    ['an SVG, which could hold anything', 'data:image/svg+xml;base64,PHN2Zz4=', 'must be image bytes'],
    ['a data URI that breaks out', 'data:image/png;base64,AAAA" onload="x', 'must be image bytes'],
    ['bytes that are no picture', Uint8Array.of(1, 2, 3), 'begins with 010203'],
    ['nothing', new Uint8Array(), 'begins with nothing'],
  ]
  it.each(refused)('refuses %s', (_, picture, message) => {
    expect(() => dataUri(picture)).toThrow(message)
  })
})
