import { type Colour, contactSheet, type Pixels, resizeTo } from '../images/index.js'
import { light } from '../palette/index.js'
import { interpolation } from './interpolation.js'

/** Numbers over a photo, row by row from above: above 0 what spoke for the class, below 0 what spoke against it. */
export interface HeatMap {
  readonly width: number
  readonly height: number
  /** [height, width] */
  readonly values: Float32Array
}

/** Smaller views are shown larger: nobody sees anything in 96 pixels. */
const LEAST_SIDE = 224

/** How much of the photo shows through where nothing spoke, from black 0 to white 1: grey, so that colour is the map's alone. */
const GROUND = { dark: 0.35, light: 0.97 }

/** How much of the colour there is at most; the photo stays to be seen. */
const MOST_COLOUR = 0.9

/** Blue and orange: told apart by everybody, also in print. */
const COLOURS = { for: rgb(light.valid), against: rgb(light.train) }

/**
 * A photo as the network sees it, beside what spoke for its class (blue) and what spoke against it (orange), each over the photo in
 * grey. Both have one scale: full colour is where the map is farthest from 0.
 *
 * @param view - bytes [size, size, 3]
 */
export function drawExplanation(view: Uint8Array, size: number, map: HeatMap): Pixels {
  const photo = enlarged({ width: size, height: size, data: view })
  const heat = heatOver(photo, map)
  return contactSheet([photo, heat('for'), heat('against')], { columns: 3 })
}

/** Both in one: for small pictures. */
export function drawBoth(view: Uint8Array, size: number, map: HeatMap): Pixels {
  return heatOver({ width: size, height: size, data: view }, map)('for', 'against')
}

type Side = keyof typeof COLOURS

function heatOver(photo: Pixels, map: HeatMap): (...sides: readonly Side[]) => Pixels {
  const { width, height, data } = photo
  const values = spread(map, width, height)
  const most = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  return (...sides) => {
    const out = new Uint8Array(data.length)
    for (let i = 0; i < values.length; i++) {
      const side: Side = values[i] > 0 ? 'for' : 'against'
      const part = most > 0 && sides.includes(side) ? Math.abs(values[i]) / most : 0
      const grey = groundOf(data, i * 3)
      for (let c = 0; c < 3; c++)
        out[i * 3 + c] = Math.round(grey + MOST_COLOUR * part * (COLOURS[side][c] - grey))
    }
    return { width, height, data: out }
  }
}

/** Brightness (ITU-R BT.601) between the ends of the ground. */
function groundOf(data: Uint8Array, at: number): number {
  const brightness = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]
  return 255 * GROUND.dark + brightness * (GROUND.light - GROUND.dark)
}

/** The map at another size: linear between the middles of its places. */
function spread({ values, width, height }: HeatMap, toWidth: number, toHeight: number): Float32Array {
  const [columns, rows] = [interpolation(width, toWidth), interpolation(height, toHeight)]
  const wide = new Float32Array(height * toWidth)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < toWidth; x++) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += columns[x * width + k] * values[y * width + k]
      wide[y * toWidth + x] = sum
    }
  const out = new Float32Array(toWidth * toHeight)
  for (let y = 0; y < toHeight; y++)
    for (let k = 0; k < height; k++) {
      const weight = rows[y * height + k]
      if (weight === 0) continue
      for (let x = 0; x < toWidth; x++) out[y * toWidth + x] += weight * wide[k * toWidth + x]
    }
  return out
}

function enlarged(photo: Pixels): Pixels {
  const times = Math.ceil(LEAST_SIDE / photo.width)
  return resizeTo(photo, photo.width * times, photo.height * times)
}

function rgb(hex: string): Colour {
  const at = (from: number) => Number.parseInt(hex.slice(from, from + 2), 16)
  return [at(1), at(3), at(5)]
}
