import { argumentError } from '../core/index.js'
import { blank, type Colour, type Pixels, paste } from './pixels.js'

export interface ContactSheetOptions {
  /** Pictures in a row. */
  readonly columns: number
  /** Pixels between pictures and around them. */
  readonly gap?: number | undefined
  readonly background?: Colour | undefined
}

/** Pictures of one size in a grid, row by row, as one picture. */
export function contactSheet(
  pictures: readonly Pixels[],
  { columns, gap = 4, background = [255, 255, 255] }: ContactSheetOptions,
): Pixels {
  if (pictures.length === 0) throw argumentError('pictures', 'at least one picture', pictures.length)
  if (!Number.isInteger(columns) || columns < 1)
    throw argumentError('columns', 'a whole number from 1', columns)
  const { width, height } = pictures[0]
  const across = Math.min(columns, pictures.length)
  const down = Math.ceil(pictures.length / columns)
  const sheet = blank(across * (width + gap) + gap, down * (height + gap) + gap, background)
  pictures.forEach((picture, i) => {
    if (picture.width !== width || picture.height !== height)
      throw argumentError(`pictures[${i}]`, `${width} x ${height}`, `${picture.width} x ${picture.height}`)
    const left = gap + (i % columns) * (width + gap)
    paste(sheet, picture, left, gap + Math.floor(i / columns) * (height + gap))
  })
  return sheet
}
