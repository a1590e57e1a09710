import { existsSync } from 'node:fs'
import { link, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { grainPhotos } from './grain-photos.js'
import { checkoutRoot } from './process.js'

/** Photos in any number, as long as those that public sets hold. */
const look = {
  stream: 'many',
  width: 250,
  height: 188,
  cells: 12,
  strength: [0.03, 0.15],
  quality: 88,
} as const
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
  const photo = grainPhotos(look)
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
          await writeFile(`${file}.part`, await photo(number))
          await rename(`${file}.part`, file)
        }
      }),
    )
    told(start + wanted.length)
  }
}
