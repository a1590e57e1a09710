import path from 'node:path'
import { ChiquitoError, float32, type Progress, RandomStream, throwIfAborted } from '../core/index.js'
import type { RecordedPhotos } from '../dataset/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { readPhotoFile } from '../images/index.js'
import { Familiar, Predictor } from '../predict/index.js'
import { RunFolder } from '../run/index.js'
import { modelPath } from './predict.js'

/** Highest probability from which a model counts as sure. */
export const DEFAULT_SURE = 0.9

/** Photos learnt from that another photo is compared with: a drawn part of more says the same in less time. */
const MOST_FAMILIAR = 2000

/** Fewer say nothing of what the model has seen. */
const LEAST_FAMILIAR = 20

export interface DoubtOptions extends DeviceOptions {
  readonly sure: number
  readonly progress?: Progress | undefined
  readonly signal?: AbortSignal | undefined
}

/** A run's model, asked about photos that it has not seen: which of them would teach it something? */
export class Doubt {
  private looked = 0
  private kept = 0

  private constructor(
    private readonly predictor: Predictor,
    private readonly familiar: Familiar | undefined,
    private readonly sure: number,
    /** Tells one model and threshold from another. */
    readonly id: string,
  ) {}

  /**
   * Opens the model of a run, and looks once at the photos that it learnt from, where they still are.
   *
   * @throws what opening a model throws; `interrupted`
   */
  static async open(run: string, { sure, progress, signal, ...device }: DoubtOptions): Promise<Doubt> {
    const predictor = await Predictor.open(await modelPath(run), device)
    try {
      const folder = await RunFolder.open(run)
      const division = await folder.readDivision()
      const { root } = folder.record.dataset
      const familiar = await familiarPhotos(predictor, root, division?.recorded, { progress, signal })
      const { graph, data } = predictor.metadata
      return new Doubt(predictor, familiar, sure, `${graph ?? data.fingerprint} ${sure}`)
    } catch (error) {
      await predictor.close()
      throw error
    }
  }

  /** Whether the model is unsure about a photo, or has seen nothing like it. @throws `image` where it cannot be read */
  async teaches(bytes: Uint8Array, name: string): Promise<boolean> {
    const { probabilities, features } = await this.predictor.look(bytes, name)
    const isUnsure = Math.max(...probabilities) < this.sure
    const teaches = isUnsure || (features !== undefined && this.familiar?.isFar(features) === true)
    this.looked++
    if (teaches) this.kept++
    return teaches
  }

  /** Photos looked at, and how many of them would teach something; copies of each other are not told apart here. */
  get doubted(): { readonly looked: number; readonly kept: number } {
    return { looked: this.looked, kept: this.kept }
  }

  async close(): Promise<void> {
    await this.predictor.close()
  }
}

async function familiarPhotos(
  predictor: Predictor,
  root: string,
  recorded: RecordedPhotos | undefined,
  { progress, signal }: Pick<DoubtOptions, 'progress' | 'signal'>,
): Promise<Familiar | undefined> {
  const learnt = (recorded?.photos ?? []).filter(({ split }) => split === 'train')
  const chosen = RandomStream.fromSeed(predictor.metadata.seed).shuffle(learnt).slice(0, MOST_FAMILIAR)
  const task = 'looking at the photos learnt from'
  const rows: Float32Array[] = []
  progress?.({ kind: 'start', task, total: chosen.length })
  for (const [i, photo] of chosen.entries()) {
    throwIfAborted(signal)
    const features = await featuresOf(predictor, path.join(root, photo.path), photo.sha256)
    if (features) rows.push(features)
    progress?.({ kind: 'advance', task, done: i + 1, total: chosen.length })
  }
  progress?.({ kind: 'end', task })
  if (rows.length < Math.max(LEAST_FAMILIAR, chosen.length / 2)) {
    progress?.({
      kind: 'notice',
      message:
        `Of the ${learnt.length} photos that the model learnt from, ${rows.length} are still as they were in "${root}", too few to ` +
        'tell what lies far from them: only photos that the model is unsure about are kept.',
    })
    return undefined
  }
  const data = new Float32Array(rows.length * rows[0].length)
  for (const [i, row] of rows.entries()) data.set(row, i * row.length)
  return new Familiar(float32(data, [rows.length, rows[0].length]))
}

/** Undefined where the photo is gone or is another one now, or the model gives no features. */
async function featuresOf(predictor: Predictor, file: string, sha256: string) {
  try {
    return (await predictor.look(await readPhotoFile(file, file, sha256), file)).features
  } catch (error) {
    if (error instanceof ChiquitoError && ['image', 'data', 'io'].includes(error.code)) return undefined
    throw error
  }
}
