// A look that a large part of the photos has is told in one line, through the command line.
import { beforeAll, describe, expect, it } from 'vitest'
import type { DoctorResult } from '../src/actions/doctor.js'
import { checkInPassing, faultsOf, passingText } from '../src/actions/passing-checks.js'
import { openDataset } from '../src/dataset/index.js'
import { documentOf } from './support/chiquito.js'
import { faults } from './support/faults.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { scene } from './support/scenes.js'

type Tree = Record<string, Uint8Array>

const COUNT = 15
let usual: readonly Uint8Array[]
let night: readonly Uint8Array[]
let grey: readonly Uint8Array[]

beforeAll(async () => {
  const scenes = await Promise.all(Array.from({ length: 2 * COUNT }, (_, i) => scene(i)))
  usual = scenes.slice(0, COUNT)
  const others = scenes.slice(COUNT)
  const [darken] = faults.dark
  const [drain] = faults.greyscale
  night = await Promise.all(others.map(async photo => (await darken(photo)).bytes))
  grey = await Promise.all(others.map(async photo => (await drain(photo)).bytes))
})

function named(folder: string, photos: readonly Uint8Array[]): Tree {
  return Object.fromEntries(photos.map((photo, i) => [`${folder}/${i}.jpg`, photo]))
}

async function found(check: string, ...trees: Tree[]) {
  const folder = temporaryFolder()
  writeTree(Object.assign({}, ...trees), folder)
  const json = documentOf<DoctorResult>(await chiquitoHere(['doctor', folder, '--quick', '--json']))
  const { stdout } = await chiquitoHere(['doctor', folder, '--quick'])
  return { findings: json.findings.filter(one => one.check === check), text: stdout }
}

describe('a look that many photos have', () => {
  it('is told once where it is that of a class, and as what tells the classes apart; elsewhere it stays a fault', async () => {
    const dark = named('night', night)
    const { findings, text } = await found('dark', dark, named('day', usual), { 'day/lost.jpg': night[3] })
    expect(findings.map(({ photos }) => photos.length)).toEqual([COUNT, 1])
    expect(new Set(findings[0].photos)).toEqual(new Set(Object.keys(dark)))
    expect(findings[1].photos).toEqual(['day/lost.jpg'])
    expect(findings[0]).toMatchObject({ certain: false, isStyle: true })
    expect(findings[0].message).toBe(
      '16 of 31 photos are dark ("night" 15 of 15, "day" 1 of 16): this is how photos of some classes are, and not of others. ' +
        'A model may learn it in place of the subject.',
    )
    expect(text).toContain(findings[0].message)
    expect(text).toContain('What to do: Brighten the photo')
  })

  it('is told once where it is that of all, without advice for single photos', async () => {
    const { findings, text } = await found('dark', named('a', night.slice(0, 8)), named('b', night.slice(8)))
    expect(findings).toHaveLength(1)
    expect(findings[0].message).toBe(
      '15 of 15 photos are dark ("a" 8 of 8, "b" 7 of 7): this is how these photos are, no fault of single ones. ' +
        'Those to come should be like them.',
    )
    expect(text).not.toContain('What to do: Brighten')
  })

  it('is told of each photo where a list is short, or the rest is large', async () => {
    const few = await found('dark', named('a', night.slice(0, 9)), named('b', usual.slice(0, 9)))
    expect(few.findings.map(({ photos }) => photos.length)).toEqual(Array(9).fill(1))
    const rare = await found(
      'dark',
      named('a', [...usual, ...night.slice(0, 5)]),
      named('b', [...grey, ...night.slice(5, 10)]),
    )
    expect(rare.findings).toHaveLength(10)
  })

  it('is no word where no class has colour, and one where one has none', async () => {
    const colourless = named('a', grey.slice(0, 8))
    expect((await found('greyscale', colourless, named('b', grey.slice(8)))).findings).toEqual([])
    const { findings } = await found('greyscale', named('a', grey), named('b', usual))
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^15 of 30 photos have no colour \("a" 15 of 15, "b" 0 of 15\): .* in place of the subject\.$/,
      ),
    ])
  })

  it('is one line of several among what train tells in passing', async () => {
    const folder = temporaryFolder()
    writeTree({ ...named('a', night.slice(0, 8)), ...named('b', night.slice(8)) }, folder)
    const dataset = await openDataset(folder)
    const checked = await checkInPassing(dataset, { most: Number.POSITIVE_INFINITY, cache: false })
    const line =
      'Dark photos: 15 of 15 photos are dark ("a" 8 of 8, "b" 7 of 7): this is how these photos are'
    expect(passingText(checked, folder)).toContain(`! ${line}`)
    expect(faultsOf(checked).join('\n')).toContain(line)
  })
})
