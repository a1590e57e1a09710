import { basename, join, resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../../core/index.js'
import { isAddress, type Plan, readArchive, stageFolder } from '../archives/index.js'
import { Draw, type Drawn } from './draw.js'
import { Excluded } from './excluded.js'
import { HeldPhotos } from './held-photos.js'
import { LFW_TERMS, lfwMirrors, type Mirror } from './mirrors.js'
import { writePhotos } from './write-photos.js'

/** `lfw/Tony_Blair/Tony_Blair_0001.jpg`, in whatever folders: those of LFW, its funneled versions, Kaggle's copy. */
const photoPath = /(?:^|\/)([^/]+)\/(\1_\d{4}\.jpe?g)$/i

/** LFW's photos have 15 kB; a file larger than this is none of them. */
const MAX_PHOTO_BYTES = 4 * 1024 * 1024

/** Photos that are drawn beside those asked for, in place of damaged ones: a part of those, and at least so many. */
const SPARE = { part: 0.05, least: 10 } as const

export interface CollectLfwOptions extends WorkOptions {
  /** People to draw, a photo each. */
  readonly people: number
  readonly seed?: number | undefined
  /** Names of people who are not to be among them, as "Tony Blair". */
  readonly exclude?: readonly string[] | undefined
  /** File or address of an archive of LFW; the mirrors by default. */
  readonly archive?: string | undefined
  readonly mirrors?: readonly Mirror[] | undefined
  /** Private servers, `host:port`, that may be fetched from. */
  readonly allowedHosts?: ReadonlySet<string> | undefined
  readonly pauseMs?: number | undefined
}

export interface CollectedLfw {
  /** Absolute. */
  readonly folder: string
  readonly photos: number
  /** People in the archive, without those excluded. */
  readonly people: number
  readonly excluded: number
  /** Drawn photos that could not be read; others were taken. */
  readonly damaged: number
  readonly archive: string
}

/**
 * Strangers for a class of negatives: people drawn by seed from Labeled Faces in the Wild, one photo each, side by side in
 * a folder that is new or empty, with `metadata.jsonl`. The archive is read once, as it comes; only photos that are wanted
 * are written. The same seed draws the same photos whatever order the archive has.
 *
 * @throws what `readArchive` throws; `data` for an archive that is not LFW's
 */
export async function collectLfw(folder: string, options: CollectLfwOptions): Promise<CollectedLfw> {
  const { archive, mirrors = lfwMirrors, progress } = options
  progress?.({ kind: 'notice', message: LFW_TERMS })
  return stageFolder(folder, async path => {
    if (archive !== undefined) return collectFrom({ address: archive }, path, folder, options)
    for (const [i, mirror] of mirrors.entries()) {
      try {
        return await collectFrom(mirror, path, folder, options)
      } catch (error) {
        const isOfMirror = error instanceof ChiquitoError && ['io', 'data'].includes(error.code)
        if (!isOfMirror || i === mirrors.length - 1) throw error
        progress?.({ kind: 'notice', message: `${error.message} Trying another mirror.` })
      }
    }
    throw new ChiquitoError('usage', 'There is no mirror of Labeled Faces in the Wild to ask.')
  })
}

async function collectFrom(
  from: { readonly address: string; readonly sha256?: string | undefined },
  path: string,
  folder: string,
  options: CollectLfwOptions,
): Promise<CollectedLfw> {
  const { people, seed = 0, exclude = [] } = options
  const spare = Math.max(SPARE.least, Math.ceil(people * SPARE.part))
  const draw = new Draw(people + spare, seed)
  const held = new HeldPhotos(join(path, '.waiting'))
  const excluded = new Excluded(exclude)
  const paths = new Map<string, string>()
  const plan: Plan = () => file => {
    const [, person, name] = photoPath.exec(file.name) ?? []
    if (person === undefined || file.size === 0 || file.size > MAX_PHOTO_BYTES || excluded.has(person))
      return undefined
    const taken = draw.offer(person, name)
    if (taken === undefined) return undefined
    if (taken.instead !== undefined) held.drop(taken.instead.file)
    paths.set(name, file.name)
    return held.sink(name, file.size)
  }
  try {
    const { sha256 } = from
    await readArchive(from.address, plan, { ...options, sha256 })
    requirePeople(draw, excluded, from.address)
    excluded.tell(options)
    const origin = isAddress(from.address) ? from.address.split(/[?#]/)[0] : basename(from.address)
    const sourceOf = ({ file }: Drawn) => `${origin}#${paths.get(file) ?? file}`
    const { rows, damaged } = await writePhotos(draw.result, held, path, {
      ...options,
      label: basename(resolve(folder)),
      sourceOf,
    })
    tellFewer(draw, rows.length, damaged, options)
    return {
      folder: resolve(folder),
      photos: rows.length,
      people: draw.people,
      excluded: excluded.count,
      damaged,
      archive: origin,
    }
  } finally {
    held.close()
  }
}

function requirePeople(draw: Draw, excluded: Excluded, archive: string): void {
  if (draw.people > 0) return
  throw new ChiquitoError(
    'data',
    excluded.count > 0
      ? `Everybody in "${archive}" is excluded.`
      : `"${archive}" is no archive of Labeled Faces in the Wild: no file in it is called ` +
          '"Name_Surname/Name_Surname_0001.jpg". Give lfw.tgz, lfw-funneled.tgz or lfw-deepfunneled.tgz.',
  )
}

function tellFewer(
  draw: Draw,
  found: number,
  damaged: number,
  { people, progress }: CollectLfwOptions,
): void {
  if (found >= people) return
  const broken = damaged === 0 ? '' : ` (the photos of ${damaged} others cannot be read)`
  progress?.({
    kind: 'notice',
    message: `${people} people were asked for; the archive has ${draw.people}: ${found} photos were taken${broken}.`,
  })
}
