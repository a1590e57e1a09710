import { withDigest } from './metadata-digest.js'
import { checkMetadata, FORMAT, type ModelMetadata, PREFIX } from './model-metadata.js'

/** What `input` says of every model of ours. */
export const inputNote =
  'uint8 RGB, [batch, height, width, 3], 0 to 255; the graph normalises. Resize as "view" says: cv2.INTER_AREA is nearest to ' +
  'what the model has learnt from, then Pillow BILINEAR; never Pillow BOX. OpenCV reads BGR: turn it round.'

/**
 * The entries for a model's `metadata_props`: `chiquito.labels` and so on, each JSON, in a fixed order. Equal metadata
 * give equal text; there is no date in it, so that training again gives the same file. The last one, `chiquito.metadata`, tells
 * whether any of them was changed since.
 *
 * @throws `model` when the metadata contradict themselves
 */
export function modelMetadataEntries(metadata: ModelMetadata): Map<string, string> {
  const checked = checkMetadata(metadata, 'The model')
  const golden = checked.golden.map(({ png, ...rest }) => ({ ...rest, png: toBase64(png) }))
  const entries = new Map([[`${PREFIX}format`, String(FORMAT)]])
  const values = Object.entries({ ...checked, golden }).filter(([, value]) => value !== undefined)
  for (const [name, value] of values.sort(([a], [b]) => (a < b ? -1 : 1)))
    entries.set(PREFIX + name, JSON.stringify(sorted(value)))
  return withDigest(entries)
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** The same value with the keys of its objects sorted, so that equal values have equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
