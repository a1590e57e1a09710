import { open, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { WorkOptions } from '../../core/index.js'
import type { PhotoFate } from '../../dataset/index.js'
import { freePath, ioError, type OperationWriter, SetAside } from '../../files/index.js'
import { inspectPhoto, readPhotoFile, sha256Of, writeEven } from '../../images/index.js'
import type { CheckedData, CheckedPhoto } from '../check.js'
import {
  allNames,
  type FollowedTables,
  fatesOf,
  followTables,
  type LeftPhoto,
  type Linked,
  nameWithExtension,
  whyNot,
} from '../fix/index.js'
import { describePlan, type EvenPlan } from './plan-even-out.js'

/** Folder for the photos as they were, among what is set aside. */
const ORIGINALS = 'originals'

/** What was done, or would be. */
export interface EvenOutReport {
  /** How every photo is written; undefined where nothing of it tells the classes apart. */
  readonly plan: EvenPlan | null
  /** Photos written anew; their originals are kept. */
  readonly photos: number
  readonly tables: FollowedTables['changed']
  readonly left: readonly LeftPhoto[]
  readonly notices: readonly string[]
}

export interface EvenOutOptions extends WorkOptions {
  /** Contents of photos that were written by the same plan, by their paths: they stay as they are. */
  readonly earlier: ReadonlyMap<string, string>
  /** A link shows what its photo becomes; a photo that one leads to keeps its name. */
  readonly linked: Linked
}

/**
 * Writes every photo as the plan says, and keeps the original where nothing reads it; after a kill the same call goes on. The same
 * photos give the same bytes.
 *
 * @throws `io` where nothing more can be done (a full disk); `interrupted`: what was done stays done, and is in the journal
 */
export async function applyEvenOut(
  plan: EvenPlan,
  data: CheckedData,
  writer: OperationWriter,
  { progress, signal, earlier, linked }: EvenOutOptions,
): Promise<EvenOutReport> {
  const aside = await SetAside.open(writer.folder)
  const usable = data.photos.filter(
    ({ path, facts }) => facts.problem === null && linked.get(path)?.kind !== 'link',
  )
  const photos = usable.filter(({ path, sha256 }) => earlier.get(path) !== sha256)
  const left: LeftPhoto[] = []
  const task = 'Evening out'
  const total = photos.length
  progress?.({ kind: 'start', task, total })
  let number = 0
  for await (const made of writtenAhead(photos, data.root, plan)) {
    try {
      if ('error' in made) throw made.error
      const { path } = made.photo
      const isKept = nameWithExtension(path, plan.format) !== path && linked.get(path)?.kind === 'target'
      if (isKept) left.push({ photo: path, reason: `${linked.get(path)?.reason}, and its name would change` })
      else await replaceBy(made.bytes, made.photo, plan, aside, writer, signal)
    } catch (error) {
      left.push({ photo: made.photo.path, reason: whyLeft(error, number, total) })
    }
    progress?.({ kind: 'advance', task, done: ++number, total })
  }
  progress?.({ kind: 'end', task })
  const fates = await withFacts(writer, fatesOf(writer, aside))
  const names = allNames(
    data.photos.map(({ path }) => path),
    fates,
  )
  const { changed, stale } = await followTables(writer, names, fates, signal)
  return {
    plan,
    photos: usable.length - left.length,
    tables: changed,
    left,
    notices: [
      describePlan(plan),
      ...stale.map(({ path, reason }) => `"${path}" still has the rows of before: ${reason}.`),
    ],
  }
}

/** A photo that cannot be read is left, as one that may not be moved. */
function whyLeft(error: unknown, done: number, total: number): string {
  const isUnreadable = error instanceof Error && 'code' in error && error.code === 'image'
  return isUnreadable ? error.message : whyNot(error, done, total)
}

async function replaceBy(
  bytes: Uint8Array,
  { path: from, sha256 }: CheckedPhoto,
  plan: EvenPlan,
  aside: SetAside,
  writer: OperationWriter,
  signal: AbortSignal | undefined,
): Promise<void> {
  const after = sha256Of(bytes)
  if (after === sha256) return
  const named = nameWithExtension(from, plan.format)
  const to = named === from ? from : await freePath(writer.folder, named)
  const kept = await aside.placeFor(from, ORIGINALS)
  const { staged } = aside
  await stage(join(writer.folder.root, staged), bytes)
  await writer.do({ act: 'replace', from, to, kept, staged, sha256, after }, { why: 'even-out' }, signal)
}

/** The new photo is on the disk before the journal says that it takes its place. */
async function stage(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined)
    throw ioError(error, 'write', path)
  }
}

type Written = { readonly photo: CheckedPhoto } & (
  | { readonly bytes: Uint8Array }
  | { readonly error: unknown }
)

/** Photos in their order, some of them being decoded ahead. */
async function* writtenAhead(
  photos: readonly CheckedPhoto[],
  root: string,
  plan: EvenPlan,
): AsyncGenerator<Written> {
  const waiting: Promise<Written>[] = []
  const write = async (photo: CheckedPhoto): Promise<Written> => {
    try {
      const bytes = await readPhotoFile(join(root, photo.path), photo.path, photo.sha256)
      return { photo, bytes: await writeEven(bytes, photo.path, plan) }
    } catch (error) {
      return { photo, error }
    }
  }
  for (const photo of photos) {
    waiting.push(write(photo))
    const next = waiting.length > availableParallelism() ? waiting.shift() : undefined
    if (next !== undefined) yield await next
  }
  for (const next of waiting) yield await next
}

/** What rows of tables may say of the files themselves. */
async function withFacts(
  writer: OperationWriter,
  fates: ReadonlyMap<string, PhotoFate>,
): Promise<Map<string, PhotoFate>> {
  const all = new Map(fates)
  const names = new Map<string, string[]>()
  for (const [name, { to }] of fates) if (to !== undefined) names.set(to, [...(names.get(to) ?? []), name])
  for (const { what } of writer.operation.acts) {
    if (what.act !== 'replace') continue
    const [was, now] = [await headerOf(writer, what.kept), await headerOf(writer, what.to)]
    const facts = {
      sha256: { was: what.sha256, now: what.after },
      width: { was: was?.width, now: now?.width ?? was?.width },
      height: { was: was?.height, now: now?.height ?? was?.height },
    }
    for (const name of [what.to, ...(names.get(what.to) ?? [])]) all.set(name, { to: what.to, facts })
  }
  return all
}

async function headerOf(writer: OperationWriter, path: string) {
  return inspectPhoto(await writer.folder.at(path))
}
