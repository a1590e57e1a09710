import { existsSync } from 'node:fs'
import { link, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { RandomStream } from '../../src/core/index.js'
import { checkoutRoot } from './process.js'

// Photos in any number: blobs of colour that no two share, so that none is a near copy, and grain on them.

/** As long as those that public sets hold. */
const [width, height] = [250, 188]
const cells = 12
/** Files in a folder, so that a directory stays quick to list. */
const perFolder = 1000

/**
 * A folder of `count` photos, 250 by 188 pixels and about 15 kB each, in folders of a thousand, which are its classes. Made once and
 * kept in `.cache/bench`: the number of a photo decides its bytes. Smaller folders are links to the same files.
 */
export async function manyPhotos(count: number, told: (made: number) => void): Promise<string> {
  const base = path.join(checkoutRoot(), '.cache', 'bench')
  const all = path.join(base, 'many-photos')
  await make(all, count, told)
  const folder = path.join(base, `many-photos-${count}`)
  if (existsSync(folder)) return folder
  const part = `${folder}.part`
  for (let number = 0; number < count; number++) {
    if (number % perFolder === 0) await mkdir(path.join(part, folderOf(number)), { recursive: true })
    const file = path.join(folderOf(number), `${number}.jpg`)
    if (!existsSync(path.join(part, file))) await link(path.join(all, file), path.join(part, file))
  }
  await rename(part, folder)
  return folder
}

function folderOf(number: number): string {
  return `class-${String(Math.floor(number / perFolder)).padStart(3, '0')}`
}

async function make(all: string, count: number, told: (made: number) => void): Promise<void> {
  const grain = grainOf(RandomStream.fromSeed(0).fork('grain'))
  for (let start = 0; start < count; start += perFolder) {
    const folder = path.join(all, folderOf(start))
    await mkdir(folder, { recursive: true })
    const there = new Set(await readdir(folder))
    const wanted = Array.from({ length: Math.min(perFolder, count - start) }, (_, i) => start + i)
    const missing = wanted.filter(number => !there.has(`${number}.jpg`))
    if (missing.length === 0) continue
    await Promise.all(
      Array.from({ length: availableParallelism() }, async () => {
        for (let number = missing.pop(); number !== undefined; number = missing.pop()) {
          const file = path.join(folder, `${number}.jpg`)
          await writeFile(`${file}.part`, await photo(number, grain))
          await rename(`${file}.part`, file)
        }
      }),
    )
    told(start + wanted.length)
  }
}

/** Values from -128 to 127, twice as many as a photo has: each photo begins somewhere else in them. */
function grainOf(random: RandomStream): Int8Array {
  return Int8Array.from({ length: width * height * 3 * 2 }, () => random.integer(256) - 128)
}

async function photo(number: number, grain: Int8Array): Promise<Buffer> {
  const random = RandomStream.fromSeed(number).fork('many')
  const blobs = Buffer.from(Array.from({ length: cells * cells * 3 }, () => random.integer(256)))
  const pixels = await sharp(blobs, { raw: { width: cells, height: cells, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer()
  const begin = random.integer(pixels.length)
  const strength = random.uniform(0.03, 0.15)
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = Math.max(0, Math.min(255, pixels[i] + strength * grain[begin + i]))
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer()
}
