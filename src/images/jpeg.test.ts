import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { compileJpegDecoder } from '../../scripts/make-jpeg-decoder.mjs'
import { assetPath } from '../core/index.js'
import { entry, fixtures, worstDifference } from './fixtures/photos.js'
import { decodeJpeg, eighthsFor } from './jpeg.js'
import { type JpegHeader, readJpegHeader } from './jpeg-header.js'
import { resize } from './resize.js'

function headerOf(file: Uint8Array): JpegHeader {
  const header = readJpegHeader(file)
  if (!header) throw new Error('no header')
  return header
}

const ours = fixtures.filter(({ name }) => name.startsWith('jpeg') && !/CMYK|YCCK/.test(name))

describe('decodeJpeg', () => {
  it('is what wasm/jpeg compiles to', async () => {
    const stored = new Uint8Array(readFileSync(assetPath('jpeg-decoder.wasm')))
    expect(stored, 'run node scripts/make-jpeg-decoder.mjs').toEqual(await compileJpegDecoder())
  })

  it.each(ours.map(fixture => [fixture.name, fixture] as const))(
    'takes %s itself',
    (_, { file, pixels, tolerance }) => {
      const decoded = decodeJpeg(file, headerOf(file), 1000)
      expect(worstDifference(decoded?.data ?? new Uint8Array(), pixels)).toBeLessThanOrEqual(tolerance)
    },
  )

  it.each([1, 2, 3, 4, 5, 6, 7])(
    'shrinks to %s/8 of the size, baseline and progressive alike',
    async eighths => {
      const large = sharp(entry('png').file).resize(328, 208, { kernel: 'cubic' })
      for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
        const [baseline, progressive] = await Promise.all(
          [false, true].map(progressive =>
            large.clone().jpeg({ quality: 95, progressive, chromaSubsampling }).toBuffer(),
          ),
        )
        const shortSide = (208 * eighths) / 8
        const plain = decodeJpeg(baseline, headerOf(baseline), shortSide)
        if (!plain) throw new Error('refused')
        expect([plain.width, plain.height]).toEqual([41 * eighths, 26 * eighths])
        const plainBytes = plain.data.slice()
        // Both files hold the same coefficients.
        expect(decodeJpeg(progressive, headerOf(progressive), shortSide)?.data).toEqual(plainBytes)
        const expected = await large.clone().resize(plain.width, plain.height).raw().toBuffer()
        const total = expected.reduce((sum, byte, i) => sum + Math.abs(byte - plainBytes[i]), 0)
        // At an eighth a block is one mean, and the other side's filter is wider than a block.
        expect(total / expected.length).toBeLessThan(eighths === 1 ? 5 : 2.5)
      }
    },
  )

  it('brings a resizing that gives the same bytes as the one in TypeScript', async () => {
    const noise = Uint8Array.from(
      { length: 90 * 70 * 3 },
      (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255,
    )
    const file = await sharp(noise, { raw: { width: 90, height: 70, channels: 3 } })
      .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const decoded = decodeJpeg(file, headerOf(file), 1000)
    if (!decoded?.blend) throw new Error('no blend')
    const copy = { width: 90, height: 70, data: decoded.data.slice() }
    const boxes = [
      { left: 0, top: 0, width: 90, height: 70 },
      { left: 10, top: 0, width: 70, height: 70 },
      { left: 88.5, top: 3.25, width: 1.5, height: 60 },
    ]
    for (const box of boxes)
      for (const [width, height] of [
        [64, 64],
        [89, 3],
        [1, 1],
        [30, 200],
        [45, 35],
        [7, 69],
      ])
        expect(resize(decoded, box, width, height).data).toEqual(resize(copy, box, width, height).data)
  })

  it('refuses what it cannot do', () => {
    for (const name of ['jpeg CMYK, Adobe', 'jpeg YCCK, Adobe']) {
      const { file } = entry(name)
      expect(decodeJpeg(file, headerOf(file), 100)).toBeUndefined()
    }
    const { file } = entry('jpeg progressive')
    const header = headerOf(file)
    for (let end = file.length - 1; end > 4; end -= 7)
      expect(decodeJpeg(file.subarray(0, end), header, 100)).toBeUndefined()
  })
})

describe('eighthsFor', () => {
  it('is the smallest scale that is large enough', () => {
    expect([1792, 1793, 448, 446, 250, 100].map(short => eighthsFor(short, 224))).toEqual([1, 1, 4, 5, 8, 8])
    for (let short = 1; short < 3000; short += 7)
      expect(Math.ceil((short * eighthsFor(short, 224)) / 8)).toBeGreaterThanOrEqual(Math.min(short, 224))
  })
})

describe('readJpegHeader', () => {
  it('finds size and orientation', () => {
    expect(readJpegHeader(entry('jpeg EXIF 6').file)).toEqual({
      width: 32,
      height: 20,
      components: 3,
      isYcc: true,
      orientation: 6,
    })
  })

  it('gives up, or finds something, on every beginning of a file', () => {
    const { file } = entry('jpeg EXIF 5')
    for (let end = 0; end < file.length; end++)
      expect(() => readJpegHeader(file.subarray(0, end))).not.toThrow()
    expect(readJpegHeader(file.subarray(0, 60))).toBeUndefined()
  })

  it('knows plain RGB from luma and chroma as libjpeg does', async () => {
    const rgb = Buffer.from(entry('jpeg 4:4:4').file)
    const jfif = rgb.indexOf('JFIF')
    rgb.write('XXXX', jfif)
    const frame = rgb.indexOf(Buffer.of(0xff, 0xc0))
    for (const [i, name] of ['R', 'G', 'B'].entries()) rgb.write(name, frame + 10 + 3 * i)
    expect(readJpegHeader(rgb)?.isYcc).toBe(false)
    rgb.write('JFIF', jfif)
    expect(readJpegHeader(rgb)?.isYcc).toBe(true)
  })
})
