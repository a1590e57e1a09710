import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { METADATA } from '../../dataset/index.js'
import { type ExaminedPhoto, examinePhoto, sha256Of } from '../../images/index.js'
import { lineOf, type MetadataRow } from '../album/index.js'
import type { Drawn } from './draw.js'
import type { HeldPhotos } from './held-photos.js'
import { pageOf } from './mirrors.js'

/** Photos decoded at a time: the image library has threads of its own. */
const AT_ONCE = 8

export interface WriteOptions extends WorkOptions {
  /** Photos to write. */
  readonly people: number
  /** Class that the photos are of. */
  readonly label: string
  /** Where a photo comes from, for its line of metadata. */
  readonly sourceOf: (drawn: Drawn) => string
}

/** Writes as many photos as are wanted, by rank, leaving out what cannot be read; and what is known of them. */
export async function writePhotos(
  drawn: readonly Drawn[],
  held: HeldPhotos,
  path: string,
  options: WriteOptions,
): Promise<{ readonly rows: readonly MetadataRow[]; readonly damaged: number }> {
  const { people, progress, signal } = options
  const task = 'Looking at photos'
  progress?.({ kind: 'start', task, total: people })
  const rows: MetadataRow[] = []
  let damaged = 0
  for (let at = 0; at < drawn.length && rows.length < people; ) {
    throwIfAborted(signal)
    const some = drawn.slice(at, at + Math.min(AT_ONCE, people - rows.length))
    at += some.length
    const looks = await Promise.all(some.map(one => lookAt(held.get(one.file), one.file)))
    for (const [i, look] of looks.entries()) {
      if (look === undefined) damaged++
      else {
        writeFileSync(join(path, some[i].file), held.get(some[i].file), { flag: 'wx' })
        rows.push(rowOf(some[i], held.get(some[i].file), look, options))
      }
    }
    progress?.({ kind: 'advance', task, done: rows.length, total: people })
  }
  // By name, so that the file does not show the order of the draw.
  rows.sort((a, b) => (a.file_name < b.file_name ? -1 : 1))
  writeFileSync(join(path, METADATA), rows.map(row => `${JSON.stringify(lineOf(row))}\n`).join(''))
  progress?.({ kind: 'end', task })
  return { rows, damaged }
}

async function lookAt(bytes: Uint8Array, name: string): Promise<ExaminedPhoto | undefined> {
  try {
    return await examinePhoto(bytes, name)
  } catch (error) {
    if (error instanceof ChiquitoError && error.code === 'image') return undefined
    throw error
  }
}

function rowOf(
  drawn: Drawn,
  bytes: Uint8Array,
  look: ExaminedPhoto,
  { label, sourceOf }: WriteOptions,
): MetadataRow {
  return {
    file_name: drawn.file,
    label,
    source: 'lfw',
    source_url: sourceOf(drawn),
    page_url: pageOf(drawn.person),
    // None was found: nothing is known to be allowed.
    license: null,
    license_url: null,
    may_use_commercially: null,
    may_change: null,
    must_name: null,
    creator: null,
    title: drawn.person.replaceAll('_', ' '),
    width: look.width,
    height: look.height,
    sha256: sha256Of(bytes),
    phash: look.phash,
    fetched_at: new Date().toISOString(),
  }
}
