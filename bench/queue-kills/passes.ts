import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { grainPhotos } from '../support/grain-photos.js'

/** Photos of each class, and of those that a sweep trains on, again and again. */
const PHOTOS = 240
const FEW = 48
const SIZE = { width: 250, height: 188, strength: [0.03, 0.15], quality: 88 } as const

/** A command whose work others do. */
export interface Pass {
  readonly name: string
  /** Of the folder of photos. */
  readonly photos: 'all' | 'few'
  /** @param out - a folder for what comes of it */
  words(photos: string, out: string): readonly string[]
  /** All that must be the same, whoever did the work. */
  result(out: string, told: Readonly<Record<string, unknown>>): Promise<string>
}

const quiet = ['--quiet', '--json']

export const passes: readonly Pass[] = [
  {
    name: 'features of photos, for train',
    photos: 'all',
    words: (photos, out) => ['train', photos, '--out', out, '--fine-tune', 'never', ...quiet],
    result: async out => digestOf(await readFile(path.join(out, 'model.onnx'))),
  },
  {
    name: 'doctor',
    photos: 'all',
    words: photos => ['doctor', photos, ...quiet],
    result: async (_, { photos, classes, findings, shortcuts, checks }) =>
      digestOf(JSON.stringify({ photos, classes, findings, shortcuts, checks })),
  },
  {
    name: 'sweep of 4 sizes, 3 folds',
    photos: 'few',
    words: (photos, out) =>
      ['sweep', photos, '--out', out, '--size', '64,80,96,112', '--folds', '3', '--all'].concat(
        ['--fine-tune', 'never'],
        quiet,
      ),
    result: async (_, { ways, photos }) => digestOf(JSON.stringify({ ways, photos })),
  },
]

/**
 * Two classes of drawn photos that differ in how coarse they are, and some copies for the doctor to find.
 *
 * @returns the folder of all photos; `few` beside it has the first of each class
 */
export async function drawnPhotos(folder: string): Promise<string> {
  const all = path.join(folder, 'all')
  for (const [name, cells] of [
    ['coarse', 5],
    ['fine', 14],
  ] as const) {
    const photo = grainPhotos({ ...SIZE, stream: name, cells })
    for (const part of ['all', 'few']) await mkdir(path.join(folder, part, name), { recursive: true })
    for (let number = 0; number < PHOTOS; number++) {
      const file = path.join(name, `${number}.jpg`)
      await writeFile(path.join(all, file), await photo(number))
      if (number < FEW) await copyFile(path.join(all, file), path.join(folder, 'few', file))
    }
  }
  await copyFile(path.join(all, 'coarse', '7.jpg'), path.join(all, 'coarse', 'copy.jpg'))
  await copyFile(path.join(all, 'fine', '9.jpg'), path.join(all, 'coarse', 'stray.jpg'))
  return all
}

function digestOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
