import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ChiquitoError } from '../../core/index.js'
import { ioError } from '../io-error.js'
import type { ActOf } from './record.js'

/** A piece of a text that is replaced by another. */
export type TextChange = ActOf<'edit'>['changes'][number]

/** A text file as it is, byte for byte. */
export interface TextFile {
  /** A byte order mark stays in it. */
  readonly text: string
  readonly sha256: string
}

/** Reads a text in UTF-8; undefined for another encoding. @throws `io` */
export async function readText(path: string): Promise<TextFile | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw ioError(error, 'read', path)
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { text, sha256: hash('sha256', bytes, 'hex') }
  } catch {
    return undefined
  }
}

/** The act that makes these changes to a text. */
export function editOf(path: string, file: TextFile, changes: readonly TextChange[]): ActOf<'edit'> {
  const sorted = changes.slice().sort((a, b) => a.at - b.at)
  const after = hash('sha256', applyChanges(file.text, sorted), 'hex')
  return { act: 'edit', path, sha256: file.sha256, after, changes: sorted }
}

/** @throws `data` where the text is not the one that the changes were made for */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  const pieces: string[] = []
  let end = 0
  for (const { at, was, now } of changes) {
    if (at < end || text.slice(at, at + was.length) !== was)
      throw new ChiquitoError('data', `The text has something else where "${was.slice(0, 80)}" was expected.`)
    pieces.push(text.slice(end, at), now)
    end = at + was.length
  }
  return pieces.join('') + text.slice(end)
}

/**
 * The changes that take others back. In a text that was changed since, each is looked for: a piece that is no longer there is
 * left as it is; one that was taken out comes back at the end.
 *
 * @param sha256 - of the text that the changes made
 */
export function inverseChanges(
  file: TextFile,
  changes: readonly TextChange[],
  sha256: string,
): { readonly changes: TextChange[]; readonly lost: readonly TextChange[] } {
  let shift = 0
  const inverse = changes.map(({ at, was, now }) => {
    const change = { at: at + shift, was: now, now: was }
    shift += now.length - was.length
    return change
  })
  if (file.sha256 === sha256) return { changes: inverse, lost: [] }
  return searchChanges(file.text, inverse)
}

function searchChanges(text: string, inverse: readonly TextChange[]) {
  const found: TextChange[] = []
  const lost: TextChange[] = []
  const back: string[] = []
  const isTaken = (at: number) => found.some(change => change.at === at)
  for (const change of inverse) {
    if (change.was === '') {
      back.push(change.now)
      continue
    }
    const at = pieceAt(text, change.was, isTaken)
    if (at < 0) lost.push({ ...change, was: change.now, now: change.was })
    else found.push({ ...change, at })
  }
  if (back.length > 0) {
    const gap = text === '' || text.endsWith('\n') ? '' : '\n'
    found.push({ at: text.length, was: '', now: gap + back.join('') })
  }
  return { changes: found.sort((a, b) => a.at - b.at), lost }
}

/** Where a piece of whole lines stands. */
function pieceAt(text: string, piece: string, isTaken: (at: number) => boolean): number {
  for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1))
    if ((at === 0 || text[at - 1] === '\n') && !isTaken(at)) return at
  return -1
}
