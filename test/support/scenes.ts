import sharp from 'sharp'
import { RandomStream } from '../../src/core/index.js'

export interface SceneOptions {
  /** Of the picture, in pixels. */
  readonly width?: number
  readonly height?: number
}

/**
 * A picture with so much in it that no two are alike, and none is its own mirror image: some twenty patches of colour on a
 * sloping ground, as JPEG. The same number gives the same bytes.
 */
export async function scene(
  number: number,
  { width = 320, height = 240 }: SceneOptions = {},
): Promise<Buffer> {
  const random = RandomStream.fromSeed(number).fork('scene')
  const colour = () => `rgb(${random.integer(256)},${random.integer(256)},${random.integer(256)})`
  const shapes = Array.from({ length: 22 }, () => {
    const [x, y] = [random.uniform(0, width), random.uniform(0, height)]
    const [rx, ry] = [random.uniform(0.03, 0.2) * width, random.uniform(0.03, 0.2) * height]
    const turn = `transform="rotate(${random.integer(180)} ${x} ${y})"`
    return random.uniform(0, 1) < 0.5
      ? `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${colour()}" ${turn}/>`
      : `<rect x="${x - rx}" y="${y - ry}" width="${2 * rx}" height="${2 * ry}" fill="${colour()}" ${turn}/>`
  })
  const ground = `<linearGradient id="g" x2="${random.uniform(0, 1)}" y2="${random.uniform(0, 1)}"><stop stop-color="${colour()}"/><stop offset="1" stop-color="${colour()}"/></linearGradient>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${ground}<rect width="100%" height="100%" fill="url(#g)"/>${shapes.join('')}</svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 92 }).toBuffer()
}

/** What people do to a photo before it comes back as another file, a function each: bytes in, bytes of the copy out. */
export const plants = {
  mirrored: photo => sharp(photo).flop().jpeg().toBuffer(),
  'upside down': photo => sharp(photo).flip().jpeg().toBuffer(),
  'turned by 90': photo => sharp(photo).rotate(90).jpeg().toBuffer(),
  'turned by 180': photo => sharp(photo).rotate(180).jpeg().toBuffer(),
  'turned by 270': photo => sharp(photo).rotate(270).jpeg().toBuffer(),
  'cropped to 90 %': photo => cropped(photo, 0.9),
  'cropped to 80 %': photo => cropped(photo, 0.8),
  captioned: async photo => {
    const { width, height } = await sizeOf(photo)
    const bar = Math.round(0.15 * height)
    const text = `<svg width="${width}" height="${bar}"><rect width="100%" height="100%" fill="#111"/><text x="10" y="${bar * 0.7}" font-size="${bar * 0.6}" fill="#fff">What a day</text></svg>`
    return sharp(photo)
      .composite([{ input: Buffer.from(text), left: 0, top: height - bar }])
      .jpeg()
      .toBuffer()
  },
  bordered: async photo => {
    const { width, height } = await sizeOf(photo)
    const [x, y] = [Math.round(0.1 * width), Math.round(0.1 * height)]
    return sharp(photo).extend({ left: x, right: x, top: y, bottom: y, background: '#fff' }).jpeg().toBuffer()
  },
  watermarked: async photo => {
    const { width, height } = await sizeOf(photo)
    const text = `<svg width="${width}" height="${height}"><text x="50%" y="55%" text-anchor="middle" font-size="${height / 5}" font-weight="bold" fill="#fff" fill-opacity="0.4">SAMPLE</text></svg>`
    return sharp(photo)
      .composite([{ input: Buffer.from(text) }])
      .jpeg()
      .toBuffer()
  },
  recompressed: photo => sharp(photo).jpeg({ quality: 20 }).toBuffer(),
  smaller: async photo => {
    const { width } = await sizeOf(photo)
    return sharp(photo)
      .resize(Math.round(0.6 * width))
      .jpeg()
      .toBuffer()
  },
  grey: photo => {
    // As Pillow has it, ITU-R 601-2: the library's own greyscale weighs colours otherwise.
    const row: [number, number, number] = [0.299, 0.587, 0.114]
    return sharp(photo).recomb([row, row, row]).jpeg().toBuffer()
  },
  brighter: photo => sharp(photo).linear(1.25).jpeg().toBuffer(),
  screenshot: async photo => {
    const { width, height } = await sizeOf(photo)
    const [side, above, below] = [Math.round(0.05 * width), Math.round(0.2 * width), Math.round(0.25 * width)]
    const [full, tall] = [width + 2 * side, above + height + below]
    const line = (y: number, words: string) =>
      `<text x="${side}" y="${y}" font-size="${full / 22}" fill="#536471">${words}</text>`
    const screen = `<svg width="${full}" height="${tall}"><rect width="100%" height="100%" fill="#fff"/>
      <circle cx="${2 * side}" cy="${above * 0.6}" r="${above * 0.25}" fill="#8899a6"/>
      ${line(above * 0.25, '12:05')}${line(tall - below * 0.6, 'When you see it, you know it')}
      ${line(tall - below * 0.25, 'Have a nice day, all of you')}</svg>`
    return sharp(Buffer.from(screen))
      .composite([{ input: photo, left: side, top: above }])
      .png()
      .toBuffer()
  },
} satisfies Readonly<Record<string, (photo: Buffer) => Promise<Buffer>>>

async function cropped(photo: Buffer, share: number): Promise<Buffer> {
  const { width, height } = await sizeOf(photo)
  return sharp(photo)
    .extract({
      left: Math.round(0.3 * (1 - share) * width),
      top: Math.round(0.7 * (1 - share) * height),
      width: Math.round(share * width),
      height: Math.round(share * height),
    })
    .jpeg()
    .toBuffer()
}

async function sizeOf(photo: Buffer): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(photo).metadata()
  return { width, height }
}
