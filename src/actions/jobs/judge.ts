import { ChiquitoError, type WorkOptions } from '../../core/index.js'
import { fileSha256 } from '../../files/index.js'
import { hashBuffer, hashPhotoFile, PhotoReader, testTimeViews } from '../../images/index.js'
import type { Closeable } from '../../jobs/index.js'
import { Predictor, predictAll, type Refused } from '../../predict/index.js'
import { KnownVerdicts } from './known-verdicts.js'

/** A photo to judge: what it holds, and where that can be read. */
export interface KnownPhoto {
  readonly sha256: string
  readonly path: string
}

export interface JudgeOptions {
  /** The file of the model, and what it is to hold: SHA-256, hexadecimal. */
  readonly path: string
  readonly model: string
  readonly device: 'cpu' | 'webgpu' | 'cuda'
  readonly threads?: number | undefined
  readonly tta: number
}

/** A model that judges shard after shard: it stays open, with its threads, and remembers what it said of each content. */
export class Judge implements Closeable {
  private readonly known = new KnownVerdicts()
  private readonly reader = new PhotoReader()
  /** What others are looking at just now. */
  private readonly inWork = new Map<string, Promise<unknown>>()

  private constructor(
    private readonly predictor: Predictor,
    private readonly tta: number,
  ) {}

  /** @throws `model`, also where the file holds another model by now; `io`, `interrupted` */
  static async open({ path, model, device, threads, tta }: JudgeOptions, work: WorkOptions): Promise<Judge> {
    if ((await fileSha256(path)) !== model)
      throw new ChiquitoError(
        'model',
        `"${path}" was changed or replaced since this was begun. Put the model back, or begin anew with --overwrite.`,
      )
    // Whoever asks in pieces has many.
    const expected = Number.MAX_SAFE_INTEGER
    return new Judge(await Predictor.open(path, { device, threads, expected, signal: work.signal }), tta)
  }

  /**
   * Verdicts by content, as JSON: those of `predict --json`, or `error` with the reason where a content is no photo.
   *
   * @throws `data` where a file does not hold any more what it is known to hold; `interrupted`
   */
  async verdicts(photos: readonly KnownPhoto[], work: WorkOptions): Promise<Map<string, string>> {
    const verdicts = new Map<string, string>()
    for (let left = photos; left.length > 0; ) {
      const mine = left.filter(({ sha256 }) => !this.known.get(sha256) && !this.inWork.has(sha256))
      for (const [sha256, text] of await this.looked(mine, work)) verdicts.set(sha256, text)
      // What another job was looking at meanwhile is known then, or else it could not be looked at, and is tried here.
      await Promise.allSettled(left.map(({ sha256 }) => this.inWork.get(sha256)))
      for (const { sha256 } of left) {
        const text = verdicts.get(sha256) ?? this.known.get(sha256)
        if (text !== undefined) verdicts.set(sha256, text)
      }
      left = left.filter(({ sha256 }) => !verdicts.has(sha256))
    }
    return verdicts
  }

  async close(): Promise<void> {
    await this.reader.close()
    await this.predictor.close()
  }

  private async looked(photos: readonly KnownPhoto[], work: WorkOptions): Promise<Map<string, string>> {
    if (photos.length === 0) return new Map()
    const looking = this.look(photos, work)
    for (const { sha256 } of photos) this.inWork.set(sha256, looking)
    try {
      const verdicts = await looking
      for (const [sha256, text] of verdicts) this.known.put(sha256, text)
      return verdicts
    } finally {
      for (const { sha256 } of photos) this.inWork.delete(sha256)
    }
  }

  private async look(photos: readonly KnownPhoto[], { signal }: WorkOptions): Promise<Map<string, string>> {
    const { seed } = this.predictor.metadata
    const drawn = (sha256: string) => [null, ...testTimeViews(seed, sha256, this.tta)]
    const { predictions, unreadable } = await predictAll(this.predictor, photos, {
      views: this.tta > 0 ? drawn : undefined,
      reader: this.reader,
      signal,
    })
    const contents = new Map(photos.map(({ path, sha256 }) => [path, sha256]))
    const contentOf = (path: string) => contents.get(path) ?? path
    const judged = predictions.map(({ path, label, probabilities, known, abstained }): [string, string] => {
      return [contentOf(path), JSON.stringify({ label, probabilities, known, abstained })]
    })
    const bad = unreadable.map(async (one): Promise<[string, string]> => {
      const sha256 = contentOf(one.path)
      await requireContent(one, sha256)
      return [sha256, JSON.stringify({ error: one.reason })]
    })
    return new Map([...judged, ...(await Promise.all(bad))])
  }
}

/** Whether it is the content that is bad, which is a verdict on it wherever it lies, or the file that is not there any more. */
async function requireContent({ path }: Refused, sha256: string): Promise<void> {
  const now = await hashPhotoFile(path, path, hashBuffer()).catch(() => undefined)
  if (now !== sha256)
    throw new ChiquitoError('data', `"${path}" was changed, replaced or taken away since it was listed.`)
}
