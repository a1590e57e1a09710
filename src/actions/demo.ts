import { stat } from 'node:fs/promises'
import path from 'node:path'
import { unzip } from '../collect/archives/index.js'
import { fetchArticleDataset } from '../collect/article.js'
import { ChiquitoError, commandName, shellPath, type WorkOptions } from '../core/index.js'
import { openDataset } from '../dataset/index.js'
import type { DeviceOptions } from '../engine/index.js'
import { cacheFolder, makeFolder } from '../files/index.js'
import type { JudgedPhoto } from '../predict/index.js'
import { RunFolder } from '../run/index.js'
import { demoDataset } from './demo-dataset.js'
import { predict } from './predict.js'
import { type TrainResult, train } from './train.js'

/** Data sets the demo can train on: the one in this package, or the article's, which is fetched. */
export const demoDatasets = ['emoji', 'chiquito'] as const

export interface DemoOptions extends DeviceOptions, WorkOptions {
  /** Folder for the run; a run of the demo there is replaced. */
  readonly out: string
  readonly dataset?: (typeof demoDatasets)[number] | undefined
  readonly recipe?: string | undefined
  readonly seed?: number | undefined
  /** Where the article's archive is fetched from, instead of the address the article gives. */
  readonly address?: string | undefined
}

export interface DemoResult {
  readonly dataset: string
  readonly training: TrainResult
  /** Pictures the model never saw, with its verdicts. */
  readonly predictions: readonly JudgedPhoto[]
}

/** The whole way on data that needs no preparation: photos, classifier, report, and a first verdict. */
export async function demo(options: DemoOptions): Promise<DemoResult> {
  const { out, dataset = 'emoji', recipe, seed, address, progress, signal, device, threads } = options
  const work = { progress, signal, device, threads }
  if (address !== undefined && dataset === 'emoji')
    throw new ChiquitoError(
      'usage',
      '--address has no effect with --dataset emoji, which comes along. Give --dataset chiquito, or leave it out.',
    )
  await requireOwn(out)
  const found = dataset === 'emoji' ? await unpackedEmoji(work) : await articlePhotos({ ...work, address })
  const command = `${commandName()} demo${dataset === 'emoji' ? '' : ` --dataset ${dataset}`} --out ${shellPath(out)}`
  // Seconds, not minutes: the whole way is to be seen.
  const fineTune = recipe === undefined || recipe === 'auto' ? 'never' : undefined
  const given = { ...work, data: found.data, out, recipe, fineTune, seed, command } as const
  const training = await train({ ...given, overwrite: true })
  const { predictions } = await predict({ ...work, model: training.model, paths: found.unseen })
  return { dataset, training, predictions }
}

/** A run of the demo is replaced without asking, a run of anybody's own photos is not. */
async function requireOwn(out: string): Promise<void> {
  const run = await RunFolder.open(out).catch(() => undefined)
  if (!run || run.record.dataset.root.startsWith(cacheFolder() + path.sep)) return
  throw new ChiquitoError(
    'usage',
    `"${run.path}" holds a run on other photos ("${run.record.dataset.root}"). Give the demo another folder with --out.`,
  )
}

interface DemoPhotos {
  readonly data: string
  readonly unseen: readonly string[]
}

async function unpackedEmoji(work: WorkOptions): Promise<DemoPhotos> {
  const folder = path.join(cacheFolder(), 'demo', demoDataset.sha256.slice(0, 16))
  if (!(await stat(folder).catch(() => undefined))) {
    await makeFolder(path.dirname(folder))
    await unzip(demoDataset.path(), folder, work)
  }
  return {
    data: path.join(folder, demoDataset.folder),
    unseen: demoDataset.unseen.map(picture => path.join(folder, picture.path)),
  }
}

/** Photos of the article shown at the end: its first validation photo of each class. */
async function articlePhotos({
  address,
  ...work
}: WorkOptions & { address?: string | undefined }): Promise<DemoPhotos> {
  // An address that was typed may be on the person's own network; the article's, and what it redirects to, may not.
  const allowPrivate = address !== undefined
  const data = await fetchArticleDataset(path.join(cacheFolder(), 'article'), {
    ...work,
    address,
    allowPrivate,
  })
  const { root, labels, photos } = await openDataset(data, work)
  const unseen = labels.flatMap(
    (_, k) => photos.find(({ split, label }) => split === 'valid' && label === k) ?? [],
  )
  return { data, unseen: unseen.map(photo => path.join(root, photo.path)) }
}
