import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { plainJpegHeader } from './jpeg-header.js'

const picture = () =>
  sharp({ create: { width: 61, height: 47, channels: 3, background: '#345' } }).jpeg({ quality: 90 })

/** What libvips says of a file, as far as the header read here says it. */
async function asLibvipsSays(file: Uint8Array): Promise<unknown> {
  const header = plainJpegHeader(file)
  const said: Readonly<Record<string, unknown>> = { ...(await sharp(file).metadata()) }
  return header && Object.fromEntries(Object.keys(header).map(key => [key, said[key]]))
}

describe('plainJpegHeader says what libvips says of', () => {
  it.each([
    ['a JPEG with halved colours', picture().jpeg({ chromaSubsampling: '4:2:0' })],
    ['one with whole colours', picture().jpeg({ chromaSubsampling: '4:4:4' })],
    ['a progressive one', picture().jpeg({ progressive: true })],
    ['a grey one', picture().toColourspace('b-w')],
  ])('%s', async (_, made) => {
    const file = await made.toBuffer()
    const header = plainJpegHeader(file)
    expect(header).toMatchObject({ width: 61, height: 47, autoOrient: { width: 61, height: 47 } })
    expect(header).toEqual(await asLibvipsSays(file))
  })

  it('one whose colours are halved along rows alone', async () => {
    const file = await picture().jpeg({ chromaSubsampling: '4:2:0' }).toBuffer()
    const sampling = file.indexOf(Buffer.from([0xff, 0xc0])) + 11
    file[sampling] = 0x21
    expect(plainJpegHeader(file)).toEqual(await asLibvipsSays(file))
  })
})

describe('plainJpegHeader leaves to libvips', () => {
  it.each([
    ['what lies on its side', picture().withMetadata({ orientation: 6 })],
    ['what has EXIF data', picture().withExif({ IFD0: { Artist: 'nobody' } })],
    ['what has a colour profile', picture().withIccProfile('p3')],
    ['inks', picture().toColourspace('cmyk')],
  ])('%s', async (_, made) => {
    expect(plainJpegHeader(await made.toBuffer())).toBeUndefined()
  })

  it('a header that ends, or is cut short in its frame, wherever', async () => {
    const file = await picture().toBuffer()
    const scan = file.indexOf(Buffer.from([0xff, 0xda]))
    for (let end = 0; end < scan; end++) expect(plainJpegHeader(file.subarray(0, end))).toBeUndefined()
  })

  it('two frames, other depths, and no size', async () => {
    const file = await picture().toBuffer()
    const at = file.indexOf(Buffer.from([0xff, 0xc0]))
    const frame = file.subarray(at, at + 19)
    const twice = Buffer.concat([file.subarray(0, at), frame, file.subarray(at)])
    expect(plainJpegHeader(twice)).toBeUndefined()
    for (const [offset, value] of [
      [4, 12],
      [6, 0],
      [9, 2],
    ]) {
      const odd = Buffer.from(file)
      odd[at + offset] = value
      expect(plainJpegHeader(odd)).toBeUndefined()
    }
  })
})
