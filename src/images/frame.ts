import type { Pixels } from './pixels.js'
import { type Box, resize } from './resize.js'

/**
 * Steps of a channel, of 255, within which a pixel has the frame's colour: what compression makes of an even surface. More would
 * take dark clothes for the dark paper around them.
 */
const TOLERANCE = 12

/** Share of an outermost line that must have one colour for it to be a frame's. */
const EVEN = 0.9

/** Share of a row that has the frame's colour where it belongs to the frame: words and symbols leave more of it. */
const MOSTLY = 0.5

/** Least share of the photo's height and width that can be what the frame is around. */
const LEAST_INSIDE = 0.2

/** What is trimmed must be at least this share of the sides together: less is no frame but chance. */
const LEAST_FRAME = 0.03

/**
 * The picture within a frame of even colour: a border, the bars of a film, the paper around a drawing, and the screen
 * around a photo in a screenshot, whose lines of text it takes for frame. Null where there is none.
 */
export function insideFrame(pixels: Pixels): Pixels | null {
  const { width, height } = pixels
  const rows = rowsInside(pixels)
  const columns = columnsInside(pixels, rows)
  const box: Box = {
    left: columns.from,
    top: rows.from,
    width: columns.to - columns.from,
    height: rows.to - rows.from,
  }
  if (box.width < LEAST_INSIDE * width || box.height < LEAST_INSIDE * height) return null
  if (width - box.width + height - box.height < LEAST_FRAME * (width + height)) return null
  return resize(pixels, box, box.width, box.height)
}

interface Range {
  readonly from: number
  readonly to: number
}

type Colour = readonly [number, number, number]

/** The longest run of rows that are not of the colour of the first or last one. */
function rowsInside(pixels: Pixels): Range {
  const { width, height } = pixels
  const line = (y: number): Line => ({ start: y * width, step: 1, count: width })
  const colours = [0, height - 1].flatMap(y => {
    const colour = evenColour(pixels, line(y))
    return colour === undefined ? [] : [colour]
  })
  const whole = { from: 0, to: height }
  if (colours.length === 0) return whole
  let best = { from: 0, to: 0 }
  let from = 0
  for (let y = 0; y <= height; y++) {
    if (y < height && !colours.some(colour => shareOf(pixels, line(y), colour) >= MOSTLY)) continue
    if (y - from > best.to - best.from) best = { from, to: y }
    from = y + 1
  }
  return best.to > best.from ? best : whole
}

/** What is left of the columns of these rows without those of one colour at either side. */
function columnsInside(pixels: Pixels, rows: Range): Range {
  const { width } = pixels
  const line = (x: number): Line => ({
    start: rows.from * width + x,
    step: width,
    count: rows.to - rows.from,
  })
  let [from, to] = [0, width]
  const [left, right] = [evenColour(pixels, line(0)), evenColour(pixels, line(width - 1))]
  if (left) while (from < width && shareOf(pixels, line(from), left) >= EVEN) from++
  if (right) while (to > from && shareOf(pixels, line(to - 1), right) >= EVEN) to--
  return to > from ? { from, to } : { from: 0, to: width }
}

/** Pixels in a row or column: number of the first, and how far it is to the next. */
interface Line {
  readonly start: number
  readonly step: number
  readonly count: number
}

/** The middle colour of a line, if nearly all of it has that. */
function evenColour(pixels: Pixels, line: Line): Colour | undefined {
  const middle = (channel: number) => {
    const values = new Uint8Array(line.count)
    for (let i = 0, at = line.start; i < line.count; i++, at += line.step)
      values[i] = pixels.data[3 * at + channel]
    return values.sort()[line.count >> 1]
  }
  const colour: Colour = [middle(0), middle(1), middle(2)]
  return shareOf(pixels, line, colour) >= EVEN ? colour : undefined
}

/** The share of a line that has a colour, 0 to 1. */
function shareOf({ data }: Pixels, line: Line, [red, green, blue]: Colour): number {
  let same = 0
  for (let i = 0, p = 3 * line.start; i < line.count; i++, p += 3 * line.step)
    if (
      Math.abs(data[p] - red) <= TOLERANCE &&
      Math.abs(data[p + 1] - green) <= TOLERANCE &&
      Math.abs(data[p + 2] - blue) <= TOLERANCE
    )
      same++
  return same / line.count
}
