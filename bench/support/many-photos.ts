import { existsSync } from 'node:fs'
import { link, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { grainPhotos } from './grain-photos.js'
import { checkoutRoot } from './process.js'

/** Sizes of photos: as public sets of faces and small things hold them, and as the web has them. */
const sizes = {
  small: { width: 250, height: 188, folder: 'many-photos' },
  web: { width: 1024, height: 768, folder: 'many-photos-of-the-web' },
} as const
export type PhotoSize = keyof typeof sizes

const look = { stream: 'many', cells: 12, strength: [0.03, 0.15], quality: 88 } as const
/** Files in a folder, so that a directory stays quick to list. */
const perFolder = 1000

/** Width and height, as a person reads it: `250 x 188`. */
export function sizeText(size: PhotoSize): string {
  return `${sizes[size].width} x ${sizes[size].height}`
}

/**
 * A folder of `count` photos, of 15 or 230 kB each, in folders of a thousand, which are its classes. Made once and kept in
 * `.cache/bench`: the number of a photo decides its bytes. Smaller folders are links to the same files.
 */
export async function manyPhotos(
  count: number,
  size: PhotoSize,
  told: (made: number) => void,
): Promise<string> {
  const base = path.join(checkoutRoot(), '.cache', 'bench')
  const all = path.join(base, sizes[size].folder)
  await make(all, count, size, told)
  const folder = path.join(base, `${sizes[size].folder}-${count}`)
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

async function make(
  all: string,
  count: number,
  size: PhotoSize,
  told: (made: number) => void,
): Promise<void> {
  const { width, height } = sizes[size]
  const photo = grainPhotos({ ...look, width, height })
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
