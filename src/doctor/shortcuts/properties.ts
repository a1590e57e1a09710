import type { HeaderFacts, LookFacts } from '../facts/index.js'
import type { Column } from './encoding.js'

/** What shortcuts are looked for in: a photo's file, and where it was decoded its looks. */
export interface ShortcutPhoto {
  readonly path: string
  readonly label: number
  readonly sha256: string
  /** Of the file. */
  readonly bytes: number
  readonly header: HeaderFacts | null
  readonly looks: LookFacts | null
}

/** A photo whose header is known; of others nothing can be said. */
type Seen = ShortcutPhoto & { readonly header: HeaderFacts }

/** Something that may tell classes apart although it is not what they are about. */
export interface Property {
  /** As in `--json`. */
  readonly name: string
  /** At the start of a sentence: "Size". */
  readonly words: string
  /** Of the file alone, which no class is about; or of the picture, whose subject may well have a colour. */
  readonly of: 'file' | 'picture'
  columns(photos: readonly Seen[]): Column[]
}

type Pick = (photo: Seen) => number

function column(scale: Column['scale'], photos: readonly Seen[], pick: Pick): Column {
  const values = new Float64Array(photos.length)
  for (let i = 0; i < photos.length; i++) values[i] = pick(photos[i])
  return { values, scale }
}

const numbers =
  (...picks: readonly Pick[]): Property['columns'] =>
  photos =>
    picks.map(pick => column('number', photos, pick))

/** Texts, numbered in the order they come. */
function texts(pick: (photo: Seen) => string | null): Property['columns'] {
  return photos => {
    const codes = new Map<string, number>()
    const codeOf = (text: string | null) => {
      if (text === null) return Number.NaN
      if (!codes.has(text)) codes.set(text, codes.size)
      return codes.get(text) ?? Number.NaN
    }
    return [column('kind', photos, photo => codeOf(pick(photo)))]
  }
}

/** The first looks are decoded, all of the others are, too: a photo without any says nothing. */
function shades(pick: (looks: LookFacts) => readonly number[]): Property['columns'] {
  return photos => {
    const first = photos.find(({ looks }) => looks !== null)?.looks
    if (!first) return []
    return pick(first).map((_, k) =>
      column('shade', photos, ({ looks }) => (looks ? pick(looks)[k] : Number.NaN)),
    )
  }
}

const ofLooks = (pick: (looks: LookFacts) => number): Property['columns'] =>
  numbers(({ looks }) => (looks ? pick(looks) : Number.NaN))

const { log2, max, min } = Math

const size: Property['columns'] = photos => [
  ...numbers(
    ({ header }) => log2(header.width),
    ({ header }) => log2(header.height),
    ({ header }) => log2(max(header.width, header.height)),
    ({ header }) => log2(min(header.width, header.height)),
  )(photos),
  ...texts(({ header }) => `${header.width} x ${header.height}`)(photos),
]

const metadata: Property['columns'] = photos => [
  ...texts(({ header }) => `${header.hasExif} ${header.hasProfile}`)(photos),
  ...texts(({ header }) => String(header.hasPlace))(photos),
  ...texts(({ header }) => String(header.orientation))(photos),
]

/** Every property that is looked at. */
export const PROPERTIES: readonly Property[] = [
  { name: 'size', words: 'Size', of: 'file', columns: size },
  {
    name: 'aspect',
    words: 'Width over height',
    of: 'file',
    columns: numbers(({ header }) => log2(header.width / header.height)),
  },
  { name: 'file-size', words: 'File size', of: 'file', columns: numbers(({ bytes }) => log2(max(1, bytes))) },
  { name: 'format', words: 'File format', of: 'file', columns: texts(({ header }) => header.format) },
  {
    name: 'quantisation',
    words: 'JPEG quality (its quantisation)',
    of: 'file',
    columns: numbers(({ header }) => header.quantisation ?? Number.NaN),
  },
  {
    name: 'subsampling',
    words: 'JPEG chroma subsampling',
    of: 'file',
    columns: texts(({ header }) => header.subsampling),
  },
  { name: 'exif', words: 'Presence of EXIF data or a colour profile', of: 'file', columns: metadata },
  { name: 'border', words: 'A uniform border', of: 'picture', columns: ofLooks(looks => looks.border) },
  { name: 'colour', words: 'Mean colour', of: 'picture', columns: shades(looks => looks.colour) },
  {
    name: 'sharpness',
    words: 'Sharpness',
    of: 'picture',
    columns: ofLooks(looks => log2(1 + looks.sharpness)),
  },
  {
    name: 'background',
    words: "The photo's edge without its middle",
    of: 'picture',
    columns: shades(looks => looks.edge),
  },
]
