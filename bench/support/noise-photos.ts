import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { RandomStream } from '../../src/core/index.js'
import { checkoutRoot } from './process.js'

// Photos to fetch: blobs of colour that no two share, so that none is a near copy, and grain on them, which is what fills a
// JPEG of that many pixels to the size that cameras and web pages give it.

const [width, height, cells] = [1024, 768, 8]

/** Bytes of a photo file: the least, and the most. */
const sizes = [100_000, 400_000]

/**
 * Photos `0.jpg` to `COUNT-1.jpg`, of 100 to 400 kB each, made once and kept in `.cache/bench`: the number decides all
 * bytes.
 * @returns their folder
 */
export async function noisePhotos(count: number, told: (made: number) => void): Promise<string> {
  const folder = path.join(checkoutRoot(), '.cache', 'bench', 'collect-photos')
  await mkdir(folder, { recursive: true })
  const grain = grainOf(RandomStream.fromSeed(0).fork('grain'))
  for (let number = 0; number < count; number++) {
    const file = path.join(folder, `${number}.jpg`)
    if (existsSync(file)) continue
    const bytes = await photo(number, grain)
    if (bytes.length < sizes[0] || bytes.length > sizes[1])
      throw new Error(`photo ${number} has ${bytes.length} bytes, not ${sizes.join(' to ')}`)
    await writeFile(`${file}.part`, bytes)
    await rename(`${file}.part`, file)
    told(number + 1)
  }
  return folder
}

/** Values from -128 to 127, twice as many as a photo has: each photo begins somewhere else in them. */
function grainOf(random: RandomStream): Int8Array {
  return Int8Array.from({ length: width * height * 3 * 2 }, () => random.integer(256) - 128)
}

async function photo(number: number, grain: Int8Array): Promise<Buffer> {
  const random = RandomStream.fromSeed(number).fork('photo')
  const blobs = Buffer.from(Array.from({ length: cells * cells * 3 }, () => random.integer(256)))
  const pixels = await sharp(blobs, { raw: { width: cells, height: cells, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer()
  const begin = random.integer(pixels.length)
  const strength = random.uniform(0.12, 0.44)
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = Math.max(0, Math.min(255, pixels[i] + strength * grain[begin + i]))
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 82 })
    .toBuffer()
}
