import { z } from 'zod'
import { ChiquitoError, parsedJson } from '../../core/index.js'
import { type Finding, inOrder, isSound, rawBytes, zeroToOne } from './preprocessing.js'

/** Our own entry of an .onnx file's metadata: `{"mean": [r, g, b], "std": [r, g, b]}` in bytes; `"channels": "bgr"`. */
const ownKey = 'preprocessing'

/** Longest text of metadata that is looked at; names of a thousand classes take 30 kB. */
const MAX_TEXT = 1_000_000

const triple = z.tuple([z.number(), z.number(), z.number()])
const ownSchema = z
  .object({
    mean: triple,
    std: triple.refine(std => std.every(deviation => deviation > 0)),
    channels: z.enum(['rgb', 'bgr']).optional(),
  })
  .refine(({ mean, std }) => isSound({ mean, std }))

/**
 * What an .onnx file's metadata says of its photos: an entry of our own, what Ultralytics writes, or the entries `Image.…`
 * of ONNX's own description of metadata (docs/MetadataProps.md), which Custom Vision and WinML use.
 *
 * @throws ChiquitoError `model` where it says what cannot be.
 */
export function metadataFinding(metadata: ReadonlyMap<string, string>, file: string): Finding | undefined {
  return own(metadata, file) ?? ultralytics(metadata) ?? imageEntries(metadata, file)
}

function own(metadata: ReadonlyMap<string, string>, file: string): Finding | undefined {
  const text = metadata.get(ownKey)
  if (text === undefined) return undefined
  const { data } = ownSchema.safeParse(text.length > MAX_TEXT ? undefined : parsedJson(text))
  if (!data)
    throw new ChiquitoError(
      'model',
      `${file} says in its metadata that preprocessing is ${text.slice(0, 80)}; expected {"mean": [r, g, b], "std": [r, g, b]} in bytes, deviations above 0.`,
    )
  const { mean, std, channels } = data
  return {
    source: `the entry "${ownKey}" of its metadata`,
    preprocessing: { mean, std, ...(channels === 'bgr' ? { channels } : {}) },
  }
}

/** Networks of Ultralytics take values from 0 to 1, classifiers too; `imgsz` is `[height, width]` as text. */
function ultralytics(metadata: ReadonlyMap<string, string>): Finding | undefined {
  const author = `${metadata.get('author') ?? ''} ${metadata.get('description') ?? ''}`
  if (!/ultralytics/i.test(author) || !metadata.has('task')) return undefined
  const sides = /^\[?\s*(\d{2,4})\s*(?:,\s*(\d{2,4})\s*)?\]?$/.exec(metadata.get('imgsz') ?? '')
  const size = sides ? Number(sides[1]) : undefined
  return { source: "Ultralytics' metadata", preprocessing: zeroToOne, size }
}

const pixelRanges = {
  NominalRange_0_255: rawBytes,
  Normalized_0_1: zeroToOne,
  Normalized_1_1: { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
} as const

const pixelFormats = { Rgb8: 'rgb', Bgr8: 'bgr', Rgba8: 'rgb', Bgra8: 'bgr' } as const

function imageEntries(metadata: ReadonlyMap<string, string>, file: string): Finding | undefined {
  const [range, format = 'Rgb8'] = [
    metadata.get('Image.NominalPixelRange'),
    metadata.get('Image.BitmapPixelFormat'),
  ]
  // An order without a range says too little.
  if (range === undefined) return undefined
  if (!isKey(pixelRanges, range) || !isKey(pixelFormats, format))
    throw new ChiquitoError(
      'model',
      `${file} says in its metadata that it takes pixels ${format.slice(0, 40)} in ${range.slice(0, 40)}; known are ${Object.keys(pixelFormats).join(', ')} in ${Object.keys(pixelRanges).join(', ')}. Say how photos are prepared with mean, std, channels or range.`,
    )
  return {
    source: 'Image.NominalPixelRange of its metadata',
    preprocessing: inOrder(pixelRanges[range], pixelFormats[format]),
  }
}

function isKey<T extends object>(table: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(table, key)
}
