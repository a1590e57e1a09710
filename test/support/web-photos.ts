import sharp, { type Sharp } from 'sharp'
import { drawing } from './photos.js'

/** How close a browser comes to `predict` with a kind of photo: largest difference of a probability. */
const EXACT = 1e-4
const CLOSE = 1e-3

export interface WebPhoto {
  readonly name: string
  readonly tolerance: number
  readonly bytes: Buffer
}

/** Photos of all kinds that browsers read: what they show is between the two drawings, so that no probability is near 0 or 1. */
export async function webPhotos(): Promise<WebPhoto[]> {
  let number = 0
  const at = async (width: number, height: number): Promise<Sharp> => {
    number++
    const size = { width, height, fit: 'fill' } as const
    const ball = await sharp(await drawing('ball', 100 + number))
      .resize(size)
      .png()
      .toBuffer()
    const wave = await sharp(await drawing('wave', 100 + number))
      .resize(size)
      .ensureAlpha(0.5)
      .png()
      .toBuffer()
    const mixed = await sharp(ball)
      .composite([{ input: wave }])
      .removeAlpha()
      .png()
      .toBuffer()
    return sharp(mixed)
  }
  const turned = async (width: number, height: number, orientation: number) =>
    (await at(width, height)).withMetadata({ orientation })
  const half = { r: 0, g: 0, b: 0, alpha: 0.4 }
  const hole = (width: number, height: number) =>
    [{ input: { create: { width, height, channels: 4, background: half } }, blend: 'dest-out' }] as const
  const made: readonly (readonly [string, number, Promise<Sharp>])[] = [
    ['small.jpg', EXACT, at(180, 151).then(one => one.jpeg())],
    ['progressive.jpg', EXACT, at(403, 300).then(one => one.jpeg({ progressive: true }))],
    ['grey.jpg', EXACT, at(300, 421).then(one => one.greyscale().jpeg())],
    ['444.jpg', EXACT, at(511, 700).then(one => one.jpeg({ chromaSubsampling: '4:4:4' }))],
    ['wide-gamut.jpg', EXACT, at(400, 300).then(one => one.withIccProfile('p3').jpeg())],
    ['upside-down.jpg', EXACT, turned(1003, 801, 3).then(one => one.jpeg())],
    ['on-its-side.jpg', EXACT, turned(257, 301, 6).then(one => one.jpeg())],
    ['mirrored.jpg', EXACT, turned(333, 251, 5).then(one => one.jpeg())],
    ['huge.jpg', EXACT, at(6001, 4503).then(one => one.jpeg())],
    ['inks.jpg', CLOSE, at(403, 305).then(one => one.toColourspace('cmyk').jpeg())],
    ['opaque.png', EXACT, at(450, 333).then(one => one.png())],
    ['large.png', EXACT, at(1801, 1203).then(one => one.png({ compressionLevel: 1 }))],
    ['sixteen-bits.png', EXACT, at(301, 411).then(one => one.toColourspace('rgb16').png())],
    ['palette.png', EXACT, at(200, 210).then(one => one.png({ palette: true }))],
    ['turned.png', EXACT, turned(300, 211, 8).then(one => one.png())],
    [
      'transparent.png',
      CLOSE,
      at(300, 211).then(one =>
        one
          .ensureAlpha()
          .composite([...hole(300, 211)])
          .png(),
      ),
    ],
    ['still.gif', EXACT, at(250, 222).then(one => one.gif())],
    ['lossy.webp', EXACT, at(520, 401).then(one => one.webp())],
    ['turned.webp', EXACT, turned(520, 401, 6).then(one => one.webp({ lossless: true }))],
    ['photo.avif', CLOSE, at(420, 333).then(one => one.avif({ effort: 0 }))],
  ]
  const photos = await Promise.all(
    made.map(async ([name, tolerance, picture]) => ({
      name,
      tolerance,
      bytes: await (await picture).toBuffer(),
    })),
  )
  const whole = await (await at(1000, 702)).jpeg().toBuffer()
  return [...photos, { name: 'without-end-mark.jpg', tolerance: EXACT, bytes: whole.subarray(0, -2) }]
}
