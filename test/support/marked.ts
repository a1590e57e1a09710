import sharp from 'sharp'
import { drawing } from './photos.js'

/** Side of the mark, as a part of the picture's. */
export const MARK = 0.18

/** A ball, which has a mark in its lower right corner or has not: nothing else tells the two classes apart. */
async function ball(number: number, isMarked: boolean, side: number): Promise<Buffer> {
  const plain = sharp(await drawing('ball', number, { side })).resize(side, side, { fit: 'fill' })
  if (!isMarked) return plain.png().toBuffer()
  const width = Math.round(side * MARK)
  const mark = { create: { width, height: width, channels: 3, background: '#1020e0' } } as const
  return plain
    .composite([{ input: mark, left: side - width, top: side - width }])
    .png()
    .toBuffer()
}

/** Files of a data set with such a shortcut: `FOLDER/train/marked/1.png` and so on. */
export async function markedSet(folder: string, side: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {}
  for (const [part, count, from] of [
    ['train', 12, 1],
    ['valid', 4, 100],
  ] as const)
    for (const [label, isMarked, shift] of [
      ['marked', true, 0],
      ['plain', false, 50],
    ] as const)
      for (let n = from; n < from + count; n++)
        files[`${folder}/${part}/${label}/${n}.png`] = await ball(n + shift, isMarked, side)
  return files
}
