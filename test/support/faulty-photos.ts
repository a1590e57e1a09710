import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { drawing } from './photos.js'

export interface FaultyPhotosOptions {
  /** Photos of each class that are as they should be. */
  readonly count?: number
}

/**
 * Photos that `doctor` finds something certain about: copies, files that are no photo, wrong extensions; and two classes
 * that differ in size, compression and metadata. With `metadata.jsonl`.
 */
export async function faultyPhotos(root: string, { count = 20 }: FaultyPhotosOptions = {}): Promise<string> {
  const files: Record<string, Uint8Array | string> = {}
  const rows: Record<string, unknown>[] = []
  const add = (path: string, bytes: Uint8Array | string) => {
    files[path] = bytes
    rows.push({ file_name: path, title: `Número ${rows.length}` })
  }
  for (let i = 1; i <= count; i++) {
    const large = sharp(await drawing('ball', i, { side: 128 })).resize(190 + i, 140 + 3 * i, { fit: 'fill' })
    const ball = await large
      .withExif({ IFD0: { Artist: 'Ana' } })
      .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
      .toBuffer()
    // A wrong extension here and there, and a copy.
    add(`train/ball/${i}.${i % 5 === 0 ? 'png' : 'jpg'}`, ball)
    if (i % 4 === 0) add(`train/ball/${i} copy.jpg`, ball)
    if (i % 10 === 0) add(`valid/ball/${i}.jpg`, ball)
    const wave = await sharp(await drawing('wave', i))
      .resize(110, 110, { fit: 'fill' })
      .jpeg({ quality: 75 })
      .toBuffer()
    add(`${i % 5 === 1 ? 'valid' : 'train'}/wave/${i}.jpg`, wave)
    if (i % 7 === 0) add(`train/wave/broken ${i}.jpg`, `<html>photo ${i} was not found</html>`)
  }
  add(
    'valid/ball/9001.jpg',
    await sharp(await drawing('ball', 9001, { side: 128 }))
      .jpeg()
      .toBuffer(),
  )
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  writeFileSync(join(root, 'metadata.jsonl'), rows.map(row => `${JSON.stringify(row)}\n`).join(''))
  return root
}
