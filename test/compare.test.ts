// Two models on the same photos: who is better, or whether that is noise; and on which photos nothing can be said.
import { copyFileSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CompareResult } from '../src/actions/compare.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)

beforeAll(async () => {
  const held = {
    ...(await drawings('valid/ball', 'ball', 10, { from: 101 })),
    ...(await drawings('test/wave', 'wave', 10, { from: 101 })),
    ...(await drawings('valid/wave', 'wave', 2, { from: 201 })),
    ...(await drawings('test/ball', 'ball', 2, { from: 201 })),
  }
  writeTree(
    { ...held, ...(await drawings('train/ball', 'ball', 8)), ...(await drawings('train/wave', 'wave', 8)) },
    at('right'),
  )
  // The same photos to measure on; in those learnt from the classes are mixed up.
  writeTree(
    { ...held, ...(await drawings('train/ball', 'wave', 8)), ...(await drawings('train/wave', 'ball', 8)) },
    at('swapped'),
  )
  for (const name of ['right', 'swapped'])
    await done('train', at(name), '--out', at(`run-${name}`), '--fine-tune', 'never')
})

async function done(...args: string[]) {
  const told = await chiquitoHere(args)
  expect(told.status, told.stderr).toBe(0)
  return told
}

async function compared(...args: string[]): Promise<CompareResult> {
  return documentOf(await done('compare', ...args, '--json'))
}

describe('chiquito compare', () => {
  it('says which of two runs is better, on the photos that both kept apart', async () => {
    const result = await compared(at('run-swapped'), at('run-right'))
    expect(result).toMatchObject({
      count: 24,
      first: { right: 0 },
      second: { right: 24, accuracy: 1 },
      onlySecondRight: 24,
      difference: 1,
      better: 'second',
      pValue: expect.closeTo(2 ** -23, 12),
      leftOut: { notInBoth: 0, learnt: 0, disputed: 0, copies: 0 },
      notes: [],
    })
    expect(result.interval[0]).toBeGreaterThan(0.7)
    expect(result.differing).toHaveLength(24)
    expect(result.differing[0]).toEqual({
      path: 'test/ball/201.png',
      truth: 'ball',
      first: 'wave',
      second: 'ball',
    })
    expect(result.verdict).toBe(
      `This difference is no noise: with 24 photos, 24 more right happens by chance in fewer than 1 of 1000000 comparisons. Better is "${at('run-right')}".`,
    )
    const { stdout } = await done('compare', at('run-right'), at('run-swapped'))
    expect(stdout).toMatch(/no noise.*\n\n +model.*\n.*24 of 24 +1\.000 +0\.86 to 1\.00\n.*0 of 24/s)
  })

  it('of two models with the same answers says that there is no difference, and how much could hide', async () => {
    const twin = at('run-twin')
    await done('train', at('right'), '--out', twin, '--fine-tune', 'never', '--coverage', '0.9')
    const result = await compared(at('run-right'), twin)
    expect(result).toMatchObject({ better: 'neither', pValue: 1, difference: 0, differing: [] })
    expect(result.verdict).toMatch(
      /^No difference: of 24 photos both have the same right\. The second's accuracy may be anything from \d.* percentage points? lower to \d.* percentage points? higher/,
    )
  })

  it('leaves out what either has learnt from, copies, and photos of one run only', async () => {
    const other = at('other')
    cpSync(at('right'), other, { recursive: true })
    // One photo measured on before is learnt from now; one is gone, one is new, and one lies there twice.
    copyFileSync(at('right/valid/ball/101.png'), path.join(other, 'train/ball/once-valid.png'))
    rmSync(path.join(other, 'valid/ball/101.png'))
    rmSync(path.join(other, 'valid/ball/102.png'))
    writeTree(await drawings('valid/ball', 'ball', 1, { from: 301 }), other)
    await done('train', other, '--out', at('run-other'), '--fine-tune', 'never')
    const result = await compared(at('run-right'), at('run-other'))
    expect(result).toMatchObject({
      count: 22,
      leftOut: { notInBoth: 2, learnt: 1, disputed: 0, copies: 0 },
      notes: [
        '1 photo left out: one of the two has learnt from it, or from an exact copy.',
        '2 photos left out: measured by one of the two runs only.',
      ],
    })
    const elsewhere = await compared(at('run-right'), at('run-other'), '--on', at('right', 'valid'))
    expect(elsewhere).toMatchObject({ count: 11, leftOut: { learnt: 1 } })
  })

  it('knows what runs learnt from that had a photo that cannot be read', async () => {
    const photos = { ...(await drawings('ball', 'ball', 12)), ...(await drawings('wave', 'wave', 12)) }
    writeTree({ ...photos, 'ball/broken.png': 'no photo' }, at('with a broken one'))
    for (const run of ['broken-a', 'broken-b'])
      await done('train', at('with a broken one'), '--out', at(run), '--fine-tune', 'never', '--size', '96')
    const { count, differing } = await compared(at('broken-a'), at('broken-b'))
    expect(count).toBeGreaterThan(2)
    expect(differing).toEqual([])
  })

  it('names the photos that were overwritten since', async () => {
    const run = at('run-overwritten')
    cpSync(at('right'), at('overwritten'), { recursive: true })
    await done('train', at('overwritten'), '--out', run, '--fine-tune', 'never')
    const others = await drawings('valid/ball', 'wave', 10, { from: 501 })
    const place = (i: number) => at('overwritten/valid/ball', `${101 + i}.png`)
    for (const [i, bytes] of Object.values(others).entries()) writeFileSync(place(i), bytes)
    const { stdout } = await done('compare', run, at('run-right'))
    expect(stdout).toMatch(
      /10 of 24 photos could not be used: .*overwritten.valid.ball.101\.png, .*102\.png, .*103\.png and 7 more\./,
    )
    for (const part of ['valid', 'test'])
      for (const label of ['ball', 'wave'])
        for (const name of readdirSync(at('overwritten', part, label)))
          writeFileSync(at('overwritten', part, label, name), 'no photo')
    const told = await chiquitoHere(['compare', run, at('run-right')])
    expect([told.status, told.stderr]).toEqual([
      1,
      expect.stringMatching(/None of the 24 photos could be read:\n {2}.+\.png: .+\n.+\n.+\n {2}and 21 more/),
    ])
  })

  it('refuses runs without a photo in common, and says what to do', async () => {
    const foreign = writeTree({
      ...(await drawings('ball', 'ball', 10, { from: 401 })),
      ...(await drawings('wave', 'wave', 10, { from: 401 })),
    })
    await done('train', foreign, '--out', at('run-foreign'), '--fine-tune', 'never')
    const told = await chiquitoHere(['compare', at('run-right'), at('run-foreign')])
    expect([told.status, told.stderr]).toEqual([
      1,
      expect.stringMatching(/No photo was kept apart by both runs.*--on/s),
    ])
    const shown = await compared(at('run-right'), at('run-foreign'), '--on', foreign)
    expect(shown.leftOut.learnt).toBe(16)
    expect(shown.count).toBe(4)
  })

  it('says that a model beside itself is the same', async () => {
    const result = await compared(at('run-right'), at('run-right', 'model.onnx'))
    expect(result).toMatchObject({ better: 'neither', pValue: 1, difference: 0, differing: [] })
    expect(result.verdict).toMatch(/^Both are the same model, byte for byte, so they agree on all 24 photos/)
  })

  it('of a model without a run wants photos, and says that it may know them', async () => {
    const alone = at('alone.onnx')
    copyFileSync(at('run-right', 'model.onnx'), alone)
    const told = await chiquitoHere(['compare', alone, at('run-right')])
    expect([told.status, told.stderr]).toEqual([
      2,
      expect.stringMatching(
        /alone\.onnx" learnt from is not known: there is no run\.json beside it.*--on PHOTOS/s,
      ),
    ])
    const damaged = at('run-damaged')
    cpSync(at('run-right'), damaged, { recursive: true })
    writeFileSync(path.join(damaged, 'metrics.json'), '{')
    const asked = await chiquitoHere(['compare', damaged, at('run-right')])
    expect([asked.status, asked.stderr]).toEqual([
      2,
      expect.stringMatching(/run-damaged" learnt from is not known: .*metrics\.json.*--on PHOTOS/s),
    ])
    const { notes, count } = await compared(alone, at('run-swapped'), '--on', at('right'))
    expect(count).toBe(24)
    expect(notes).toEqual([expect.stringMatching(/^What ".*alone\.onnx" learnt from is not known/)])
  })
})
