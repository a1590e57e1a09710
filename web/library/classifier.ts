import { ChiquitoError, INTERRUPTED, messageOf, throwIfAborted } from '../../src/core/error.js'
import { workerErrorOf } from './failures.js'
import { nameOf } from './name-of.js'
import { isFailure, type Loaded, type NamedPicture } from './protocol.js'
import type {
  CheckResult,
  Classifier,
  ClassifyAllOptions,
  ClassifyOptions,
  Explanation,
  ImageInput,
  Outcome,
  Verdict,
} from './types.js'
import type { WorkerTalk } from './worker-talk.js'

const DEFAULT_BATCH = 4
const MOST_AT_ONCE = 64

/** The page's side of a model at work. */
export class WorkerClassifier implements Classifier {
  readonly labels: readonly string[]
  readonly threshold: number | null
  readonly device: 'wasm' | 'webgpu'
  readonly threads: number
  readonly explains: boolean
  readonly size: number
  readonly resize: 'crop' | 'squash' | 'pad'

  constructor(
    private readonly talk: WorkerTalk,
    loaded: Loaded,
  ) {
    this.labels = loaded.labels
    this.threshold = loaded.threshold
    this.device = loaded.device
    this.threads = loaded.threads
    this.explains = loaded.explains
    this.size = loaded.size
    this.resize = loaded.resize
  }

  async classify(image: ImageInput, { signal }: ClassifyOptions = {}): Promise<Verdict> {
    const picture = await pictureOf(image, signal)
    const [answer] = await this.judged([picture], signal)
    if (isFailure(answer)) throw workerErrorOf(answer)
    return answer
  }

  async classifyAll(
    given: Iterable<ImageInput>,
    { signal, batch = DEFAULT_BATCH, progress }: ClassifyAllOptions = {},
  ): Promise<Outcome[]> {
    if (!(Number.isInteger(batch) && batch >= 1 && batch <= MOST_AT_ONCE))
      throw new ChiquitoError(
        'usage',
        `batch must be a whole number from 1 to ${MOST_AT_ONCE}, but is ${batch}.`,
      )
    // What pages have, the files of an input, is no array.
    const images = arrayOf(given)
    const outcomes: Outcome[] = []
    for (let at = 0; at < images.length; at += batch) {
      outcomes.push(...(await this.some(images.slice(at, at + batch), signal)))
      progress?.(outcomes.length, images.length)
    }
    return outcomes
  }

  async explain(image: ImageInput, { signal }: ClassifyOptions = {}): Promise<Explanation> {
    if (!this.explains)
      throw new ChiquitoError(
        'model',
        'This model cannot say why: its graph has no output "why". "chiquito app RUN --out SITE" writes one that has it, SITE/model-….onnx.',
      )
    const picture = await pictureOf(image, signal)
    return this.talk.ask<'explain'>({ kind: 'explain', picture }, { signal, transfer: bitmaps([picture]) })
  }

  check({ signal }: ClassifyOptions = {}): Promise<CheckResult> {
    return this.talk.ask<'check'>({ kind: 'check' }, { signal })
  }

  close(): void {
    this.talk.close()
  }

  private judged(pictures: readonly NamedPicture[], signal: AbortSignal | undefined) {
    return this.talk.ask<'classify'>({ kind: 'classify', pictures }, { signal, transfer: bitmaps(pictures) })
  }

  private async some(images: readonly ImageInput[], signal: AbortSignal | undefined): Promise<Outcome[]> {
    const pictures = await Promise.all(
      images.map(image => pictureOf(image, signal).catch((error: unknown) => refusalOf(error, signal))),
    )
    const read = pictures.filter((one): one is NamedPicture => !(one instanceof Error))
    const answers = (read.length > 0 ? await this.judged(read, signal) : []).values()
    return pictures.map(one => {
      if (one instanceof Error) return { error: one }
      const answer = answers.next().value
      if (answer === undefined) return { error: new ChiquitoError('engine', 'There is no answer.') }
      return isFailure(answer) ? { error: workerErrorOf(answer) } : { verdict: answer }
    })
  }
}

/** @throws `usage` */
function arrayOf(images: Iterable<ImageInput>): readonly ImageInput[] {
  const given: unknown = images
  if (typeof given === 'object' && given !== null && Symbol.iterator in given) return [...images]
  throw new ChiquitoError(
    'usage',
    `images must be an array of them, or a list of files, but is ${nameOf(given)}.`,
  )
}

function refusalOf(error: unknown, signal: AbortSignal | undefined): Error {
  throwIfAborted(signal)
  return error instanceof Error ? error : new ChiquitoError('image', messageOf(error))
}

/** Bitmaps made here go over without a copy. */
function bitmaps(pictures: readonly NamedPicture[]): Transferable[] {
  return pictures.flatMap(({ picture }) => (picture instanceof ImageBitmap ? [picture] : []))
}

/** What the worker can take, of all that shows a picture. @throws `image`, `usage`, `interrupted` */
async function pictureOf(image: ImageInput, signal: AbortSignal | undefined): Promise<NamedPicture> {
  throwIfAborted(signal)
  const name = image instanceof File ? image.name : `the ${nameOf(image)}`
  if (image instanceof Blob) return { picture: image, name }
  if (image instanceof ImageData) return { picture: inBytes(image), name }
  if (image instanceof HTMLImageElement) await untilLoaded(image, signal)
  const picture = legible(await bitmapOf(image, name), name)
  if (!signal?.aborted) return { picture, name }
  picture.close()
  throw new ChiquitoError('interrupted', INTERRUPTED)
}

/** Until an image on its way is there, or is known not to come; one that the browser has not begun with (`loading="lazy"`) may never come. */
async function untilLoaded(image: HTMLImageElement, signal: AbortSignal | undefined): Promise<void> {
  if (image.complete || image.loading === 'lazy') return
  await new Promise<void>(resolve => {
    const ends = new AbortController()
    const end = () => {
      ends.abort()
      resolve()
    }
    for (const event of ['load', 'error']) image.addEventListener(event, end, { signal: ends.signal })
    signal?.addEventListener('abort', end, { signal: ends.signal })
  })
  throwIfAborted(signal)
}

/** Newer browsers also keep pixels as floats from 0 to 1. */
function inBytes(image: ImageData): ImageData {
  const values: ArrayLike<number> = image.data
  if (values instanceof Uint8ClampedArray) return image
  const { width, height, colorSpace } = image
  const bytes = new ImageData(width, height, { colorSpace })
  for (let i = 0; i < values.length; i++) bytes.data[i] = values[i] * 255
  return bytes
}

/** The bitmap, where the page may know what it shows. @throws `image` where it is another site's: that goes to no worker */
function legible(bitmap: ImageBitmap, name: string): ImageBitmap {
  try {
    return structuredClone(bitmap, { transfer: [bitmap] })
  } catch (error) {
    bitmap.close()
    throw new ChiquitoError(
      'image',
      `${name}: it comes from another site, and the browser shows it, but lets no page read it. Ask for it with crossorigin="anonymous", of a site that allows that (CORS).`,
      { cause: error },
    )
  }
}

async function bitmapOf(image: Exclude<ImageInput, Blob | ImageData>, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(image, { colorSpaceConversion: 'none' })
  } catch (error) {
    if (error instanceof TypeError)
      throw new ChiquitoError(
        'usage',
        `image must be a Blob, an image, canvas or video element, an ImageBitmap, ImageData or VideoFrame, but is ${nameOf(image)}.`,
        { cause: error },
      )
    throw new ChiquitoError('image', `${name}: it shows nothing yet, or is broken (${messageOf(error)}).`, {
      cause: error,
    })
  }
}
