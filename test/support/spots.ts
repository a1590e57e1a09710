import sharp, { type Sharp } from 'sharp'
import { RandomStream } from '../../src/core/index.js'

/** Size of a scene, in pixels. */
const [WIDTH, HEIGHT] = [120, 100]

/** Spots of colour that a scene is made of, a side. */
const SPOTS = 10

/** A picture of soft spots, unlike that of any other number: no hash takes two of them for copies. */
export function scene(number: number): Sharp {
  const random = RandomStream.fromSeed(number).fork('spots')
  const data = Buffer.from(Array.from({ length: SPOTS * SPOTS * 3 }, () => random.integer(256)))
  const spots = { width: SPOTS, height: SPOTS, channels: 3 } as const
  // Two steps: sharp does one resize a pipeline, and what follows is the caller's.
  return sharp(data, { raw: spots }).resize(WIDTH, HEIGHT, { fit: 'fill', kernel: 'cubic' })
}

/** A scene as a JPEG. */
export function sceneJpeg(number: number, quality = 90): Promise<Buffer> {
  return scene(number).jpeg({ quality }).toBuffer()
}

/** Files `FOLDER/NAME0.jpg`, `FOLDER/NAME1.jpg`, … of scenes: `scenes('cat', 5, { from: 100 })`. */
export async function scenes(
  folder: string,
  count: number,
  { from = 0, name = (i: number) => `${String.fromCharCode(97 + (i % 26))}${i}x.jpg` } = {},
): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {}
  for (let i = 0; i < count; i++) files[`${folder}/${name(i)}`] = await sceneJpeg(from + i)
  return files
}

/** Pictures of a clip: the same scene, in which something small moves. */
export async function clip(folder: string, number: number, count: number): Promise<Record<string, Buffer>> {
  const ground = await scene(number).png().toBuffer()
  const thing = { create: { width: 14, height: 14, channels: 3, background: '#e02020' } } as const
  const files: Record<string, Buffer> = {}
  for (let i = 0; i < count; i++)
    files[`${folder}/clip_${String(i + 1).padStart(4, '0')}.jpg`] = await sharp(ground)
      .composite([{ input: thing, left: 8 + 5 * i, top: 30 }])
      .jpeg()
      .toBuffer()
  return files
}
