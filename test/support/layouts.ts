import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { ImageData } from '../../src/index.js'
import { photos, temporaryFolder, writeTree } from './files.js'

/** A tree: photos by folder and number, other files by content. */
export type Tree = Readonly<Record<string, number | string | Uint8Array>>

interface Situation {
  readonly situation: string
  readonly tree: Tree
  /** Links, by where they are and what they lead to, beside the tree. */
  readonly links?: Readonly<Record<string, string>>
  /** Folder of the tree that is opened; the whole tree by default. */
  readonly open?: string
  readonly options?: { readonly labelsFrom?: string; readonly followLinks?: boolean }
}

/** A layout that is read. */
export interface Layout extends Situation {
  readonly classes: readonly string[]
  /** Photos to learn from, to measure on, and kept for a test. */
  readonly parts: readonly [train: number, valid: number, test: number]
  /** What is said, in order; nothing else may be. */
  readonly notices?: readonly RegExp[]
}

/** A layout that is refused, and the sentence. */
export interface Refused extends Situation {
  readonly error: RegExp
}

/** Files of a tree, no two photos alike. */
export function filesOf(tree: Tree): Record<string, string | Uint8Array> {
  return Object.assign(
    {},
    ...Object.entries(tree).map(([path, content]) =>
      typeof content === 'number' ? photos(path, content) : { [path]: content },
    ),
  )
}

/** `count` photos for every part and class: `grid('PART/CLASS', { train: 4, val: 2 }, ['cat', 'dog'])`. */
export function grid(
  pattern: string,
  counts: Readonly<Record<string, number>>,
  classes: readonly string[],
): Tree {
  return Object.fromEntries(
    classes.flatMap(name =>
      Object.entries(counts).map(([part, count]) => [
        pattern.replaceAll('PART', part).replaceAll('CLASS', name),
        count,
      ]),
    ),
  )
}

/** Photos by name: `named('train', 'cat.NUMBER.jpg', 3)`. */
export function named(folder: string, pattern: string, count: number): Tree {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      const path = `${folder === '' ? '' : `${folder}/`}${pattern.replace('NUMBER', String(i + 1))}`
      return [path, `photo ${path}`]
    }),
  )
}

/** Lines, each with its end. */
export function lines(...all: readonly string[]): string {
  return all.map(line => `${line}\n`).join('')
}

/** A line for each of `count` photos, with labels in turn: `each(4, (n, label) => …, ['cat', 'dog'])`. */
export function each(
  count: number,
  line: (number: number, label: string) => string,
  labels: readonly string[] = ['cat', 'dog'],
): string {
  return lines(...Array.from({ length: count }, (_, i) => line(i + 1, labels[i % labels.length])))
}

/** Writes a layout and gives the folder to open. */
export function made({ tree, links = {}, open = '.' }: Layout | Refused): string {
  const root = writeTree(filesOf(tree), temporaryFolder())
  for (const [at, target] of Object.entries(links)) {
    mkdirSync(path.dirname(path.join(root, at)), { recursive: true })
    symlinkSync(target, path.join(root, at))
  }
  return path.join(root, open)
}

export async function expectLayout(layout: Layout): Promise<void> {
  const { classes, parts, notices = [] } = layout
  const data = await ImageData.fromFolder(made(layout), layout.options)
  const said = data.dataset.notices
  expect(data.labels, said.join('\n')).toEqual(classes)
  const counts = (['train', 'valid', 'test'] as const).map(split => data.photos(split).length)
  expect(counts, said.join('\n')).toEqual(parts)
  expect(said.length, said.join('\n')).toBe(notices.length)
  notices.forEach((notice, i) => void expect(said[i]).toMatch(notice))
}

export async function expectRefused(layout: Refused): Promise<void> {
  const opening = ImageData.fromFolder(made(layout), layout.options)
  await expect(opening).rejects.toThrow(layout.error)
}
