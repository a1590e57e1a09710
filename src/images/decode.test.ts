import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decode } from './decode.js'
import { entry, fixtures, worstDifference } from './fixtures/photos.js'
import { MAX_DIMENSION } from './limits.js'

const text = (content: string) => new TextEncoder().encode(content)
const decodeNamed = (bytes: Uint8Array, name = 'photo.jpg') => decode(bytes, { name, shortSide: 224 })

describe('decode agrees with PIL on', () => {
  it.each(fixtures.map(fixture => [fixture.name, fixture] as const))('%s', async (name, fixture) => {
    const pixels = await decode(fixture.file, { name, shortSide: 224 })
    expect([pixels.width, pixels.height]).toEqual([fixture.width, fixture.height])
    expect(worstDifference(pixels.data, fixture.pixels)).toBeLessThanOrEqual(fixture.tolerance)
  })

  it('an interlaced PNG', async () => {
    const { file, pixels } = entry('png')
    const interlaced = await sharp(file).png({ progressive: true }).toBuffer()
    expect(worstDifference((await decodeNamed(interlaced)).data, pixels)).toBe(0)
  })
})

describe('decode shrinks large photos but never below the short side asked for', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('%s', async format => {
    const file = await sharp(entry('png').file).resize(640, 400).toFormat(format).toBuffer()
    const pixels = await decode(file, { name: format, shortSide: 100 })
    expect(Math.min(pixels.width, pixels.height)).toBeGreaterThanOrEqual(100)
    expect(Math.min(pixels.width, pixels.height)).toBeLessThan(200)
    expect(pixels.width / pixels.height).toBeCloseTo(1.6, 1)
    const { data } = await sharp(file)
      .resize(pixels.width, pixels.height)
      .raw()
      .toBuffer({ resolveWithObject: true })
    const meanDifference =
      data.reduce((total, byte, i) => total + Math.abs(byte - pixels.data[i]), 0) / data.length
    expect(meanDifference).toBeLessThan(2)
  })

  it('keeps a small photo as it is', async () => {
    const { file, width, height } = entry('jpeg 4:2:0')
    expect(await decode(file, { name: 'small', shortSide: 500 })).toMatchObject({ width, height })
  })
})

describe('decode refuses, with the name and the reason,', () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['a text file', text('Hello world, I am no photo'), /not an image \(starts with "Hello world, I a"\)/],
    ['binary rubbish', Uint8Array.of(1, 2, 3, 255), /not an image \(starts with the bytes 01 02 03 ff\)/],
    ['an empty file', new Uint8Array(), /an empty file/],
    ['a web page', text('\n<!DOCTYPE html><html>'), /a web page/],
    ['an SVG', text('<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG/],
    ['a BMP that ends early', text('BM\0\0\0\0'), /the BMP file is truncated/],
    ['QOI', text('qoif\0\0\0\x05'), /QOI, which cannot be decoded here; save it as JPEG or PNG/],
    [
      'HEIF with something new inside',
      text('\0\0\0\x18ftypvvic\0\0\0\0mif1vvic'),
      /a HEIF file with H\.266 inside/,
    ],
    ['a PDF', text('%PDF-1.7\n'), /a PDF document/],
    [
      'HEIC',
      text('\0\0\0\x18ftypheic\0\0\0\0mif1heic'),
      /the HEIC file is damaged, truncated.*save it as JPEG/,
    ],
    ['a video', text('\0\0\0\x18ftypisom\0\0\0\0isomiso2'), /a video or audio file/],
    ['a TIFF that is only its signature', text('II*\0'), /TIFF file is damaged|truncated/],
  ]
  it.each(cases)('%s', async (_, bytes, reason) => {
    const failure = decodeNamed(bytes, 'holiday/1.jpg')
    await expect(failure).rejects.toMatchObject({ name: 'ChiquitoError', code: 'image' })
    await expect(failure).rejects.toThrow(reason)
    await expect(failure).rejects.toThrow(/^holiday\/1\.jpg: /)
  })

  it.each(['jpeg 4:2:0', 'jpeg progressive', 'png', 'webp lossless', 'gif'])(
    'a truncated file: %s',
    async name => {
      const { file } = entry(name)
      await expect(decodeNamed(file.subarray(0, file.length * 0.7))).rejects.toThrow(/truncated|damaged/)
    },
  )

  it('a truncated JPEG as truncated, whatever else is decoded at the time', async () => {
    const whole = await sharp(entry('png').file).resize(250, 250).jpeg().toBuffer()
    const half = whole.subarray(0, whole.length * 0.6)
    for (let round = 0; round < 40; round++) {
      const beside = [decodeNamed(whole), decodeNamed(whole), decodeNamed(whole)]
      await expect(decodeNamed(half)).rejects.toThrow(/truncated/)
      await Promise.all(beside)
    }
  })

  it('a truncated JPEG as truncated, of every kind', async () => {
    for (const name of ['jpeg 4:2:0', 'jpeg progressive', 'jpeg CMYK, Adobe']) {
      const { file } = entry(name)
      await expect(decodeNamed(file.subarray(0, file.length * 0.7))).rejects.toThrow(/truncated/)
    }
  })

  it('a PNG bomb, from its header', async () => {
    await expect(decodeNamed(bomb(25_000, 25_000))).rejects.toThrow(
      /25000 x 25000 pixels, more than the limit/,
    )
  })

  it('absurd dimensions', async () => {
    await expect(decodeNamed(bomb(MAX_DIMENSION + 1, 2))).rejects.toThrow(/longer than the limit/)
    await expect(decodeNamed(bomb(1, 1))).rejects.toThrow(/too few/)
    await expect(decodeNamed(resized(entry('jpeg 4:4:4').file, 60_000, 60_000))).rejects.toThrow(
      /60000 x 60000/,
    )
  })
})

describe('decode survives', () => {
  it.each(['jpeg 4:2:0', 'jpeg progressive', 'jpeg restart markers', 'jpeg EXIF 6', 'png palette'])(
    'any damage to %s',
    async name => {
      const { file } = entry(name)
      let state = 12345
      for (let round = 0; round < 150; round++) {
        const damaged = Uint8Array.from(file)
        for (let i = 0; i < 4; i++) {
          state = (Math.imul(state, 1103515245) + 12345) >>> 0
          damaged[2 + (state % (file.length - 2))] = state >>> 24
        }
        const outcome = await decodeNamed(damaged).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'ChiquitoError', code: 'image' })
      }
      const { pixels, tolerance } = entry(name)
      expect(worstDifference((await decodeNamed(file)).data, pixels)).toBeLessThanOrEqual(tolerance)
    },
  )

  it('photos decoded at the same time as others', async () => {
    const names = ['jpeg 4:2:0', 'jpeg CMYK, Adobe', 'jpeg progressive', 'png', 'jpeg EXIF 7']
    const all = await Promise.all(
      names.map(async name => [name, await decodeNamed(entry(name).file)] as const),
    )
    for (const [name, pixels] of all)
      expect(worstDifference(pixels.data, entry(name).pixels)).toBeLessThanOrEqual(entry(name).tolerance)
  })
})

const photos = path.join(import.meta.dirname, '../../../shared/datasets/chiquito')

it.skipIf(!existsSync(photos))('decodes every photo of the article', async () => {
  const files = readdirSync(photos, { recursive: true, withFileTypes: true }).filter(file => file.isFile())
  expect(files).toHaveLength(540)
  for (const { parentPath, name } of files) {
    const pixels = await decode(readFileSync(path.join(parentPath, name)), { name, shortSide: 64 })
    expect(pixels.data).toHaveLength(pixels.width * pixels.height * 3)
  }
})

/** A PNG of zeros that claims a size: a few bytes for any number of pixels. */
function bomb(width: number, height: number): Uint8Array {
  const chunk = (kind: string, body: Uint8Array) => {
    const named = Buffer.concat([Buffer.from(kind, 'latin1'), body])
    const out = Buffer.alloc(8 + named.length)
    out.writeUInt32BE(body.length)
    named.copy(out, 4)
    out.writeUInt32BE(crc32(named), 4 + named.length)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(new Uint8Array(1_000_000))),
    chunk('IEND', new Uint8Array()),
  ])
}

/** A JPEG file with another size in its frame header. */
function resized(file: Uint8Array, width: number, height: number): Uint8Array {
  const out = Buffer.from(file)
  const frame = out.indexOf(Buffer.of(0xff, 0xc0))
  out.writeUInt16BE(height, frame + 5)
  out.writeUInt16BE(width, frame + 7)
  return out
}
