import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { replaceFile, syncFolder, writeFileAtomic } from '../atomic.js'
import { ioError } from '../io-error.js'
import { makeFolder } from '../make-folder.js'
import type { InnerFolder } from './inner-path.js'
import { contentAt, keepFile, moveFile } from './move-file.js'
import type { Act, ActOf } from './record.js'
import { applyChanges, readText } from './text-edit.js'

/** A file is not what it was, or its place is taken: a person, or another program, was there. */
export class ChangedByHand extends ChiquitoError {
  constructor(message: string) {
    super('data', message)
  }
}

/**
 * Does an act, or finishes it: every step looks whether it was done already, so that doing an act again makes good what a kill
 * cut off.
 *
 * @throws `ChangedByHand` where files are not as the act says, with nothing changed; `io`
 */
export function perform(folder: InnerFolder, act: Act): Promise<void> {
  switch (act.act) {
    case 'move':
      return move(folder, act)
    case 'replace':
      return replace(folder, act)
    case 'restore':
      return restore(folder, act)
    case 'edit':
      return edit(folder, act)
    case 'mark':
    case 'unmark':
      // Nothing but the line in the journal.
      return Promise.resolve()
  }
}

async function move(folder: InnerFolder, { from, to, sha256 }: ActOf<'move'>): Promise<void> {
  const [here, there] = [await folder.at(from), await folder.at(to)]
  const [before, after] = [await contentAt(here), await contentAt(there)]
  if (after === sha256) {
    if (before === sha256) await remove(here)
    return
  }
  requireContent(from, before, sha256)
  requireFree(to, after)
  await makeFolder(dirname(there))
  await moveFile(here, there).catch(refusal('move', here))
}

async function replace(folder: InnerFolder, act: ActOf<'replace'>): Promise<void> {
  const { from, to, sha256, after } = act
  const [here, there, kept, staged] = [
    await folder.at(from),
    await folder.at(to),
    await folder.at(act.kept),
    await folder.at(act.staged),
  ]
  if ((await contentAt(there)) !== after) {
    const made = await contentAt(staged)
    if (made !== after) throw new ChangedByHand(`What was made of "${from}" is no longer there.`)
    requireContent(from, await contentAt(here), sha256)
    const keptContent = await contentAt(kept)
    if (keptContent !== sha256) requireFree(act.kept, keptContent)
    if (here !== there) requireFree(to, await contentAt(there))
    await makeFolder(dirname(kept))
    if (keptContent !== sha256) await keepFile(here, kept).catch(refusal('keep', here))
    const place = here === there ? replaceFile(staged, there) : moveFile(staged, there)
    await place.catch(refusal('write', there))
  }
  if (here !== there && (await contentAt(here)) === sha256 && (await contentAt(kept)) === sha256)
    await remove(here)
}

async function restore(folder: InnerFolder, act: ActOf<'restore'>): Promise<void> {
  const { from, to, made, sha256, after } = act
  const [kept, there, product] = [await folder.at(from), await folder.at(to), await folder.at(made)]
  const present = await contentAt(there)
  if (present !== sha256) {
    requireContent(from, await contentAt(kept), sha256)
    const isInPlace = there === product
    requireContent(made, await contentAt(product), after)
    if (!isInPlace) requireFree(to, present)
    await makeFolder(dirname(there))
    const back = isInPlace ? replaceFile(kept, there) : moveFile(kept, there)
    await back.catch(refusal('move', kept))
    await syncFolder(dirname(kept))
  } else if ((await contentAt(kept)) === sha256) await remove(kept)
  if (there !== product && (await contentAt(product)) === after) await remove(product)
}

async function edit(folder: InnerFolder, { path, sha256, after, changes }: ActOf<'edit'>): Promise<void> {
  const place = await folder.at(path)
  const content = await contentAt(place)
  if (content === after) return
  const file = content === sha256 ? await readText(place) : undefined
  if (file?.sha256 !== sha256) throw new ChangedByHand(`"${path}" was changed.`)
  await writeFileAtomic(place, applyChanges(file.text, changes))
}

/**
 * Takes back an act that could not be finished: what it did of itself goes, and nothing else. Never throws for files that a
 * person changed.
 *
 * @throws `io`
 */
export async function takeBack(folder: InnerFolder, act: Act): Promise<void> {
  if (act.act !== 'replace') return
  const [here, there, kept, staged] = [
    await folder.at(act.from),
    await folder.at(act.to),
    await folder.at(act.kept),
    await folder.at(act.staged),
  ]
  if ((await contentAt(there)) === act.after) return
  if ((await contentAt(here)) === act.sha256 && (await contentAt(kept)) === act.sha256) await remove(kept)
  if ((await contentAt(staged)) === act.after) await remove(staged)
}

function requireContent(path: string, content: string, expected: string): void {
  if (content === expected) return
  throw new ChangedByHand(
    content === 'none'
      ? `"${path}" is no longer there.`
      : content === 'other'
        ? `"${path}" is no file any more.`
        : `"${path}" was changed.`,
  )
}

function requireFree(path: string, content: string): void {
  if (content !== 'none') throw new ChangedByHand(`Something else is at "${path}" now.`)
}

function refusal(action: string, path: string): (error: unknown) => never {
  return error => {
    throw ioError(error, action, path)
  }
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch(refusal('remove', path))
  await syncFolder(dirname(path))
}
