import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { grainPhotos } from './grain-photos.js'
import { checkoutRoot } from './process.js'

/** Photos to fetch: their grain fills a JPEG of that many pixels to the size that cameras and web pages give it. */
const look = {
  stream: 'photo',
  width: 1024,
  height: 768,
  cells: 8,
  strength: [0.12, 0.44],
  quality: 82,
} as const

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
  const photo = grainPhotos(look)
  for (let number = 0; number < count; number++) {
    const file = path.join(folder, `${number}.jpg`)
    if (existsSync(file)) continue
    const bytes = await photo(number)
    if (bytes.length < sizes[0] || bytes.length > sizes[1])
      throw new Error(`photo ${number} has ${bytes.length} bytes, not ${sizes.join(' to ')}`)
    await writeFile(`${file}.part`, bytes)
    await rename(`${file}.part`, file)
    told(number + 1)
  }
  return folder
}
