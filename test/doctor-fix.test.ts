// What doctor does about its findings, and the way back, as a person has them: through the command line.
import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { UndoResult } from '../src/actions/undo.js'
import { openDataset } from '../src/dataset/index.js'
import { documentOf } from './support/chiquito.js'
import { faultyPhotos } from './support/faulty-photos.js'
import { type DoctorDocument, faultySet } from './support/faulty-set.js'
import { canDropRights, smallDisk, temporaryFolder, writeTree } from './support/files.js'
import { asJournalSays, differences, treeOf } from './support/kills/trees.js'
import { drawing } from './support/photos.js'

const { doctor, pattern, photos, run } = faultySet()

describe('doctor --fix', () => {
  it('says what it would do, does it, and undo puts every byte back', async () => {
    const root = photos()
    const before = treeOf(root)
    const preview = documentOf<DoctorDocument>(await doctor(root, ['--fix', '--dry-run', '--json']))
    const words = await doctor(root, ['--fix', '--dry-run'])
    expect(words.stdout).toMatch(/^Nothing was changed; the same command without --dry-run does it\.$/m)
    expect(treeOf(root)).toEqual(before)
    expect(readdirSync(root).sort()).toEqual(['metadata.jsonl', 'train', 'valid'])

    const told = await doctor(root, ['--fix', '--json'])
    expect(told.status, told.stderr).toBe(0)
    const { done } = documentOf<DoctorDocument>(told)
    expect(done?.fix?.setAside).toEqual(preview.done?.fix?.setAside)
    expect(done?.fix?.renamed).toEqual(preview.done?.fix?.renamed)
    expect(done?.fix?.setAside.map(({ photo, check }) => `${check} ${photo}`)).toEqual([
      'exact-copies train/ball/10.png',
      'exact-copies train/ball/4 copy.jpg',
      'exact-copies train/ball/8 copy.jpg',
      'unreadable train/wave/broken 7.jpg',
    ])
    expect(done?.fix?.renamed).toEqual([{ photo: 'train/ball/5.png', to: 'train/ball/5.jpg' }])
    const rows = readFileSync(path.join(root, 'metadata.jsonl'), 'utf8')
    expect(rows).not.toMatch(/copy|broken|train\/ball\/10|5\.png/)
    expect(rows).toContain('"train/ball/5.jpg"')
    expect(differences(asJournalSays(root, before), treeOf(root))).toEqual([])

    // No photo that was set aside is ever read again.
    const { photos: read, labels } = await openDataset(root)
    expect(labels).toEqual(['ball', 'wave'])
    expect(read.filter(({ path }) => path.includes('set-aside'))).toEqual([])
    expect(read).toHaveLength(21)
    expect(documentOf<DoctorDocument>(await doctor(root, ['--fix', '--json'])).done).toMatchObject({
      operation: null,
    })

    const back = await run(['undo', root])
    expect(back.status, back.stderr).toBe(0)
    expect(back.stdout).toMatch(/^took back 1 {2}doctor --fix {2}\(.*\)\n6 changes\n$/)
    expect(treeOf(root)).toEqual(before)
    expect((await run(['undo', root])).stdout).toBe('There is nothing left to take back.\n')
    expect((await run(['undo', root, '--list'])).stdout).toMatch(
      /^1 {2}\S+ {2}doctor --fix {2}6 changes {2}taken back\n$/,
    )
  })

  it('takes back all since a name, number or time', async () => {
    const root = photos()
    const before = treeOf(root)
    await doctor(root, ['--fix'])
    const fixed = treeOf(root)
    await doctor(root, ['--even-out'])
    await doctor(root, ['--keep', 'train/ball/1.jpg'])
    const wrong = await run(['undo', root, '--since', 'yesterday'])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toMatch(
      /--since must be the number or name .* is "yesterday"\. There is: 1 "doctor --fix"/,
    )
    expect((await run(['undo', root, '--since', '25:99'])).status).toBe(2)
    expect((await run(['undo', root, '--since', '4'])).stderr).toMatch(/--since must be .* is "4"/)
    // A time after all that was done names nothing, and that is no mistake.
    const later = await run(['undo', root, '--since', '2199-01-01'])
    expect([later.status, later.stdout]).toEqual([0, 'There is nothing left to take back.\n'])
    expect(
      documentOf<UndoResult>(await run(['undo', root, '--since', 'even-out', '--json'])).operations,
    ).toMatchObject([
      { id: 3, name: 'doctor --keep' },
      { id: 2, name: 'doctor --even-out' },
    ])
    expect(treeOf(root)).toEqual(fixed)
    expect((await run(['undo', root, '--since', '2018-04-01'])).status).toBe(0)
    expect(treeOf(root)).toEqual(before)
  })

  it('says how to take back what was in the way', async () => {
    const root = photos()
    const before = treeOf(root)
    await doctor(root, ['--fix'])
    const inTheWay = path.join(root, 'train/ball/4 copy.jpg')
    writeFileSync(inTheWay, 'a new one')
    const told = await run(['undo', root])
    expect([told.status, told.stdout]).toEqual([
      1,
      expect.stringContaining(`chiquito undo ${root} --since 1" takes the rest back.`),
    ])
    rmSync(inTheWay)
    expect((await run(['undo', root, '--since', '1'])).status).toBe(0)
    expect(treeOf(root)).toEqual(before)
  })

  it('loses nothing where somebody changed photos in between, says which, and does the rest', async () => {
    const root = photos()
    await doctor(root, ['--fix', '--even-out'])
    const evened = treeOf(root)
    writeFileSync(path.join(root, 'train/ball/1.jpg'), 'painted')
    renameSync(path.join(root, 'train/wave/2.jpg'), path.join(root, 'train/ball/was a wave.jpg'))
    rmSync(path.join(root, 'train/wave/3.jpg'))
    writeFileSync(path.join(root, 'train/ball/4 copy.jpg'), 'a new one')
    const told = await run(['undo', root, '--json'])
    expect(told.status).toBe(1)
    const { left, changes } = documentOf<UndoResult>(told)
    expect(left).toEqual([
      {
        path: 'train/wave/3.jpg',
        place: 'set-aside/originals/train/wave/3.jpg',
        reason: '"train/wave/3.jpg" is no longer there.',
      },
      expect.objectContaining({ path: 'train/wave/2.jpg', reason: '"train/wave/2.jpg" is no longer there.' }),
      expect.objectContaining({ path: 'train/ball/1.jpg', reason: '"train/ball/1.jpg" was changed.' }),
      expect.objectContaining({
        path: 'train/ball/4 copy.jpg',
        reason: 'Something else is at "train/ball/4 copy.jpg" now.',
      }),
    ])
    expect(changes).toBeGreaterThan(20)
    const now = treeOf(root)
    expect(readFileSync(path.join(root, 'train/ball/1.jpg'), 'utf8')).toBe('painted')
    expect(readFileSync(path.join(root, 'train/ball/4 copy.jpg'), 'utf8')).toBe('a new one')
    expect(now['train/ball/was a wave.jpg']).toBe(evened['train/wave/2.jpg'])
    const originals = treeOf(pattern)
    for (const name of ['train/wave/3.jpg', 'train/wave/2.jpg', 'train/ball/1.jpg'])
      expect(now[`set-aside/originals/${name}`]).toBe(originals[name])
    expect(now['train/ball/2.jpg']).toBe(originals['train/ball/2.jpg'])
  })
})

describe('doctor --even-out', () => {
  it('leaves files that tell nothing of the classes, and says what told them apart before and after', async () => {
    const root = path.join(temporaryFolder(), 'photos')
    await faultyPhotos(root, { count: 14 })
    const told = await doctor(root, ['--fix', '--even-out'])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(
      /Every photo becomes JPEG of quality 75, 4:2:0, .* 110 x 110 pixels, without EXIF and profile/,
    )
    expect(told.stdout).toMatch(/^Size +ball +1\.00 +alike$/m)
    const evened = treeOf(root)
    await run(['undo', root])
    await doctor(root, ['--fix', '--even-out'])
    expect(treeOf(root)).toEqual(evened)
    const again = await doctor(root, ['--even-out'])
    expect(again.stdout).toMatch(/tell nothing of the classes: there is nothing to even out/)
  })

  it('asks for two classes', async () => {
    const told = await doctor(path.join(photos(), 'train/ball'), ['--even-out'])
    expect(told.status).toBe(2)
    expect(told.stderr).toMatch(/--even-out makes classes alike, and here is only "ball"/)
  })
})

describe('trouble', () => {
  it('of the wrong folder is told', async () => {
    const root = photos()
    const cases: [string, RegExp][] = [
      [path.join(root, 'nowhere'), /nowhere": there is no such file or folder/],
      [path.join(root, 'train/ball/1.jpg'), /^chiquito: "[^"]*train\/ball\/1\.jpg" is a file\./],
      [root, /has no journal\.jsonl: nothing was changed here/],
    ]
    for (const [where, message] of cases) {
      const told = await run(['undo', where])
      expect(told.status).toBe(1)
      expect(told.stderr).toMatch(message)
    }
    expect(readdirSync(root).sort()).toEqual(['metadata.jsonl', 'train', 'valid'])
    await doctor(root, ['--keep', 'train/ball/1.jpg'])
    for (const inner of ['train/ball', 'train/ball/1.jpg', 'train/ball/none.jpg'])
      expect((await run(['undo', path.join(root, inner)])).stderr).toContain(
        `The journal lies above it, in "${root}": give that folder.`,
      )
  })

  it('of a full disk in the middle loses nothing: the command goes on, or is taken back', async ctx => {
    const disk = smallDisk(1_500_000)
    if (disk === undefined) return ctx.skip('no disk can be mounted here')
    const root = path.join(disk, 'photos')
    cpSync(pattern, root, { recursive: true })
    const before = treeOf(root)
    const ballast = path.join(disk, 'ballast')
    const free = 60_000
    const used = Object.keys(before).length
    expect(used).toBeGreaterThan(20)
    writeBallast(ballast, free)
    const told = await doctor(root, ['--fix', '--even-out'])
    expect(told.status).toBe(1)
    expect(told.stderr).toMatch(
      /the disk is full.*\d+ of \d+ steps are done and nothing is lost: the same command goes on/,
    )
    expect(differences(asJournalSays(root, before), treeOf(root))).toEqual([])
    rmSync(ballast)
    const on = await doctor(root, ['--fix', '--even-out'])
    expect(on.status, on.stderr).toBe(0)
    const back = await run(['undo', root, '--json'])
    expect(documentOf<UndoResult>(back).operations).toMatchObject([{ id: 1 }])
    expect(treeOf(root)).toEqual(before)
  })

  it.skipIf(!canDropRights)('of permissions is told, and the others are put right', async () => {
    const nobody = { uid: 65534, gid: 65534, env: { CHIQUITO_CACHE: path.join(temporaryFolder(), 'none') } }
    const root = photos()
    chmodSync(path.dirname(root), 0o755)
    const before = treeOf(root)
    const refused = await doctor(root, ['--fix'], nobody)
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/photos\/\.journal\.lock": permission denied/)
    expect(treeOf(root)).toEqual(before)
    // The folder may be written, one of its classes not.
    for (const name of ['.', 'train', 'train/wave', 'valid', 'valid/ball'])
      chmodSync(path.join(root, name), 0o777)
    const told = await doctor(root, ['--fix', '--json'], nobody)
    expect(told.status).toBe(1)
    const { done } = documentOf<DoctorDocument>(told)
    expect(done?.fix?.setAside.map(({ photo }) => photo)).toEqual(['train/wave/broken 7.jpg'])
    expect(done?.fix?.left).toHaveLength(4)
    expect(done?.fix?.left[0].reason).toMatch(/permission denied/)
    expect(differences(asJournalSays(root, before), treeOf(root))).toEqual([])
    expect((await run(['undo', root])).status).toBe(0)
    expect(treeOf(root)).toEqual(before)
  })

  it('of links: what lies behind one is left alone', async () => {
    const ball = await drawing('ball', 1)
    const outside = writeTree({ 'private.png': ball, 'no photo.jpg': 'text' })
    const root = writeTree({
      'ball/1.png': ball,
      'ball/2.png': await drawing('ball', 2),
      'wave/1.png': await drawing('wave', 1),
      'wave/2.png': await drawing('wave', 2),
    })
    symlinkSync(path.join(outside, 'private.png'), path.join(root, 'ball/0.png'))
    // Sorts before its photo, which must not be taken for the copy.
    symlinkSync(path.join(root, 'ball/2.png'), path.join(root, 'ball/02.png'))
    symlinkSync(outside, path.join(root, 'wave/out'))
    // A folder of that name that leads out is not used.
    symlinkSync(outside, path.join(root, 'set-aside'))
    const told = await doctor(root, ['--fix', '--json'])
    const { done } = documentOf<DoctorDocument>(told)
    expect(done?.fix?.setAside ?? []).toEqual([])
    expect(readdirSync(outside).sort()).toEqual(['no photo.jpg', 'private.png'])
    writeFileSync(path.join(root, 'wave/broken.jpg'), 'no photo')
    const moved = documentOf<DoctorDocument>(await doctor(root, ['--fix', '--json'])).done
    expect(moved?.fix?.setAside).toMatchObject([{ to: 'set-aside-2/unreadable/wave/broken.jpg' }])
    expect(readdirSync(outside).sort()).toEqual(['no photo.jpg', 'private.png'])
  })

  it('of a journal that is cut, newer or edited: mended, or refused with nothing changed', async () => {
    const root = photos()
    const before = treeOf(root)
    await doctor(root, ['--fix'])
    const journal = path.join(root, 'journal.jsonl')
    const whole = readFileSync(journal, 'utf8')
    const fixed = treeOf(root)
    const refused: [string, RegExp][] = [
      [whole.replace('"version":1', '"version":9'), /was written by a newer chiquito \(version 9/],
      [whole.replace('{"event":"act"', '{"event":"act'), /line 3 is damaged/],
      [
        whole.replace('"to":"set-aside/', '"to":"../../'),
        /line 3 is damaged or was edited .*no path below the folder/,
      ],
      [
        whole.replace('"to":"set-aside/', '"to":"/etc/'),
        /line 3 is damaged or was edited .*no path below the folder/,
      ],
      ['{"event":"begin"}\n', /is no journal of chiquito's/],
    ]
    for (const [text, message] of refused) {
      writeFileSync(journal, text)
      for (const words of [
        ['undo', root],
        ['doctor', root, '--quick', '--fix'],
      ]) {
        const told = await run(words)
        expect(told.status, told.stderr).toBe(1)
        expect(told.stderr).toMatch(message)
        expect(treeOf(root)).toEqual(fixed)
      }
    }
    // Cut in half, also within a line: what it still tells is taken back, the rest is named.
    writeFileSync(journal, whole.slice(0, whole.length >> 1))
    const told = await run(['undo', root])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(
      /photos? set aside of which the journal does not tell, .* move (it|them) back by hand:\n {2}set-aside\//,
    )
    const now = treeOf(root)
    const shas = (tree: Readonly<Record<string, string>>) =>
      Object.entries(tree)
        .filter(([name]) => !name.endsWith('.jsonl'))
        .map(([, sha]) => sha)
        .sort()
    expect(shas(now)).toEqual(shas(before))
  })

  it('of two at once: the second waits for nothing and says so', async () => {
    const root = photos()
    writeFileSync(path.join(root, '.journal.lock'), JSON.stringify({ pid: process.pid, host: 'elsewhere' }))
    const told = await doctor(root, ['--fix'])
    expect(told.status).toBe(1)
    expect(told.stderr).toMatch(/Another chiquito \(process \d+ on elsewhere\) is using the journal of/)
  })
})

/** Fills a disk but for so many bytes. */
function writeBallast(file: string, free: number): void {
  const block = Buffer.alloc(4096)
  try {
    for (;;) writeFileSync(file, block, { flag: 'a' })
  } catch {
    const size = readFileSync(file).length
    writeFileSync(file, Buffer.alloc(Math.max(0, size - free)))
  }
}
