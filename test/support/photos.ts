import sharp from 'sharp'
import { RandomStream } from '../../src/core/index.js'

/** What drawings show: a round thing on a pale ground, or stripes of waves. A network tells them apart at once. */
export type Subject = 'ball' | 'wave'

export interface DrawingOptions {
  /** Of the picture, in pixels; width and height differ a little. */
  readonly side?: number
  readonly format?: 'jpeg' | 'png' | 'webp'
}

/** One drawing, encoded. The same number gives the same bytes; another number another drawing. */
export async function drawing(
  subject: Subject,
  number: number,
  { side = 96, format = 'png' }: DrawingOptions = {},
): Promise<Buffer> {
  const random = RandomStream.fromSeed(number).fork(subject)
  const width = side + random.integer(side >> 2)
  const height = side + random.integer(side >> 2)
  const paint = subject === 'ball' ? ball(random, width, height) : wave(random, height)
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0, p = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (const channel of paint(x, y)) data[p++] = Math.max(0, Math.min(255, channel + random.integer(30)))
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer()
}

type Paint = (x: number, y: number) => readonly [number, number, number]

function ball(random: RandomStream, width: number, height: number): Paint {
  const radius = Math.min(width, height) * random.uniform(0.25, 0.45)
  const [cx, cy] = [width * random.uniform(0.4, 0.6), height * random.uniform(0.4, 0.6)]
  const ground = random.uniform(170, 225)
  const hue = random.uniform(0, 70)
  return (x, y) => {
    const far = Math.hypot(x - cx, y - cy) / radius
    return far > 1 ? [ground, ground, ground - 15] : [225 - 60 * far, hue, 30]
  }
}

function wave(random: RandomStream, height: number): Paint {
  const length = height * random.uniform(0.08, 0.2)
  const slope = random.uniform(-0.3, 0.3)
  const blue = random.uniform(130, 200)
  return (x, y) => {
    const crest = Math.sin((2 * Math.PI * (y + slope * x)) / length)
    return [40 + 30 * crest, 100 + 60 * crest, blue + 25 * crest]
  }
}

export interface DrawingsOptions extends DrawingOptions {
  /** Number of the first drawing. */
  readonly from?: number
}

/** Files `FOLDER/NUMBER.png` for a tree: `drawings('train/ball', 'ball', 12)`. */
export async function drawings(
  folder: string,
  subject: Subject,
  count: number,
  { from = 1, ...options }: DrawingsOptions = {},
): Promise<Record<string, Buffer>> {
  const numbers = Array.from({ length: count }, (_, i) => from + i)
  const files = await Promise.all(numbers.map(number => drawing(subject, number, options)))
  return Object.fromEntries(numbers.map((n, i) => [`${folder}/${n}.${options.format ?? 'png'}`, files[i]]))
}

/** What is like none of the drawings: black and white squares. */
export function checkers(): Promise<Buffer> {
  const side = 160
  const data = Buffer.from(
    Array.from({ length: side * side }, (_, i) => ((((i % side) >> 4) + (i >> 4) / side) & 1 ? 255 : 0)),
  )
  return sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer()
}
