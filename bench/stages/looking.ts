import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Judge, type KnownPhoto } from '../../src/actions/jobs/judge.js'
import { shardsOf } from '../../src/actions/verdicts/index.js'
import { writePhotoList } from '../../src/actions/verdicts/photo-list.js'
import { fileSha256 } from '../../src/files/index.js'
import { PhotoReader } from '../../src/images/index.js'
import { Predictor } from '../../src/predict/index.js'
import type { Measured } from '../pass/measured.js'
import { perItem } from './meter.js'

/** Photos before the clock starts. */
const WARM = 32

export interface LookingOptions {
  /** Folder of the photos, and a run whose model looks at them. */
  readonly photos: string
  readonly run: string
  /** For lists. */
  readonly folder: string
}

type Looked = Pick<
  Measured,
  'photoBytes' | 'listing' | 'naming' | 'namingBytes' | 'decode' | 'network' | 'verdict'
>

/** What one photo costs, stage by stage. Files are in the memory of the system by then: reading is the processor's part of it. */
export async function looking({ photos: root, run, folder }: LookingOptions): Promise<Looked> {
  const list = path.join(folder, 'list.jsonl')
  const listed = await perItem(async () => {
    const { count } = await writePhotoList(list, [{ kind: 'folder', given: root }], {})
    return count
  })
  await namedPhotos(list, folder)
  let photos: readonly KnownPhoto[] = []
  const named = await perItem(async () => {
    photos = await namedPhotos(list, folder)
    return photos.length
  })
  const sizes = await Promise.all(photos.map(async photo => (await stat(photo.path)).size))
  const photoBytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
  const model = path.join(run, 'model.onnx')
  return {
    photoBytes,
    listing: listed.wall,
    naming: named.processor,
    namingBytes: photoBytes / 1e6 / (named.wall / 1000),
    ...(await seen(model, photos)),
    verdict: await judged(model, photos),
  }
}

async function namedPhotos(list: string, folder: string): Promise<KnownPhoto[]> {
  const named: KnownPhoto[] = []
  for await (const { photos } of shardsOf({ list, from: 0, folder }))
    for (const { path: file, sha256 } of photos) if (sha256 !== undefined) named.push({ path: file, sha256 })
  return named
}

/** Decoding alone, then the network alone on what was decoded. */
async function seen(
  model: string,
  photos: readonly KnownPhoto[],
): Promise<Pick<Measured, 'decode' | 'network'>> {
  const reader = new PhotoReader()
  const predictor = await Predictor.open(model, { threads: 1 })
  try {
    const { view: rule } = predictor.metadata
    const decoded = async (some: readonly KnownPhoto[]) =>
      (
        await Promise.all(
          some.map(({ path: file, sha256 }) =>
            reader.views(file, { name: file, sha256, rule, draws: [null] }),
          ),
        )
      ).flat()
    await decoded(photos.slice(0, WARM))
    let views: Uint8Array[] = []
    const decoding = await perItem(async () => {
      views = await decoded(photos)
      return photos.length
    })
    for (const view of views.slice(0, WARM)) await predictor.judgeViews([view])
    const looking = await perItem(async () => {
      for (const view of views) await predictor.judgeViews([view])
      return views.length
    })
    return { decode: decoding.processor, network: looking.processor }
  } finally {
    await reader.close()
    await predictor.close()
  }
}

/** As a worker with one thread judges them, milliseconds of the processor a photo. */
async function judged(path: string, photos: readonly KnownPhoto[]): Promise<number> {
  const options = { path, model: await fileSha256(path), device: 'cpu', threads: 1, tta: 0 } as const
  const judge = await Judge.open(options, {})
  try {
    await judge.verdicts(photos.slice(0, WARM), {})
    const rest = photos.slice(WARM)
    const { processor } = await perItem(async () => {
      await judge.verdicts(rest, {})
      return rest.length
    })
    return processor
  } finally {
    await judge.close()
  }
}
