import { ahead, ChiquitoError, throwIfAborted, type WorkOptions } from '../core/index.js'
import { type AugmentationDraw, PhotoReader, readPhotoFile, sha256Of } from '../images/index.js'
import type { Explanation } from './explanation.js'
import type { Predictor } from './predictor.js'
import type { Prediction } from './verdict.js'

/** A photo that could not be judged, and why. */
export interface Refused {
  readonly path: string
  readonly reason: string
}

export interface JudgedPhoto extends Prediction {
  readonly path: string
  /** The picture of what spoke for its label and what against, where that was asked for. */
  readonly explanation?: WrittenExplanation | undefined
}

/** A picture of an {@link Explanation}. */
export interface WrittenExplanation extends Pick<Explanation, 'method' | 'label'> {
  /** Of the picture: a PNG. */
  readonly path: string
}

/** A photo as predictions take it: where it is, or its bytes under a name. */
export interface PhotoSource {
  readonly path: string
  readonly bytes?: Uint8Array | undefined
  /** What the file is known to hold (SHA-256, hexadecimal): another content is refused. */
  readonly sha256?: string | undefined
}

/** The views of a photo, by the SHA-256 of its file (hexadecimal); the plain one first. */
export type ViewsOfPhoto = (sha256: string) => readonly (AugmentationDraw | null)[]

export interface PredictAllOptions extends WorkOptions {
  /** The plain view of each photo by default. */
  readonly views?: ViewsOfPhoto | undefined
  /** Makes the picture that explains a photo, of its plain view: bytes [size, size, 3]. */
  readonly explain?: ((judged: JudgedPhoto, view: Uint8Array) => Promise<WrittenExplanation>) | undefined
  /** Threads that decode, where the caller judges again and again; its own otherwise. */
  readonly reader?: PhotoReader | undefined
}

/** Photos read and decoded while the network looks at others. */
const photosAhead = 6
/** Where views follow from what a file holds, whole files are in memory, and the network has more to do for each. */
const filesAhead = 2
/** Fewer photos than this are decoded before threads that could do it have started. */
const worthThreads = 12

/**
 * Judges many photos, in order: threads decode the next ones while the network looks at one. A photo that cannot be read is
 * set aside with its reason; the rest go on.
 */
export async function predictAll(
  predictor: Predictor,
  photos: readonly PhotoSource[],
  { views, explain, reader: given, progress, signal }: PredictAllOptions = {},
): Promise<{ predictions: JudgedPhoto[]; unreadable: Refused[] }> {
  const predictions: JudgedPhoto[] = []
  const unreadable: Refused[] = []
  const task = 'looking at photos'
  const reader = given ?? new PhotoReader(photos.length < worthThreads ? { workers: 0 } : {})
  progress?.({ kind: 'start', task, total: photos.length })
  try {
    const count = (views ? filesAhead : photosAhead) + predictor.atOnce - 1
    const look = async (photo: PhotoSource): Promise<Judged | Refused> => {
      const seen = await viewsOf(photo, reader, predictor, views)
      if ('reason' in seen) return seen
      const judged = { path: photo.path, ...(await predictor.judgeViews(seen, signal)) }
      return { judged, plain: seen[0] }
    }
    let done = 0
    for await (const seen of ahead(photos, count, look)) {
      throwIfAborted(signal)
      if ('reason' in seen) unreadable.push(seen)
      else {
        const { judged, plain } = seen
        predictions.push(explain ? { ...judged, explanation: await explain(judged, plain) } : judged)
      }
      progress?.({ kind: 'advance', task, done: ++done, total: photos.length })
    }
  } finally {
    if (reader !== given) await reader.close()
  }
  progress?.({ kind: 'end', task })
  return { predictions, unreadable }
}

interface Judged {
  readonly judged: JudgedPhoto
  readonly plain: Uint8Array
}

/** What the network is to see of a photo, or why there is nothing. */
async function viewsOf(
  { path, bytes, sha256 }: PhotoSource,
  reader: PhotoReader,
  { metadata: { view: rule } }: Predictor,
  views: ViewsOfPhoto | undefined,
): Promise<readonly Uint8Array[] | Refused> {
  try {
    if (!views) return await reader.views(bytes ?? path, { name: path, sha256, rule, draws: [null] })
    const content = bytes ?? (await readPhotoFile(path, path, sha256))
    return await reader.views(content, { name: path, rule, draws: views(sha256Of(content)) })
  } catch (error) {
    if (!isPhotosFault(error)) throw error
    return { path, reason: error.message.replace(`${path}: `, '') }
  }
}

function isPhotosFault(error: unknown): error is ChiquitoError {
  return error instanceof ChiquitoError && (error.code === 'image' || error.code === 'data')
}
