// What a person says of photos once is not asked again.
import { existsSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentOf } from './support/chiquito.js'
import { type DoctorDocument, faultySet } from './support/faulty-set.js'
import { temporaryFolder } from './support/files.js'

const { doctor, photos, run } = faultySet()

describe('marks', () => {
  it('are remembered by content, are not asked again, and can be forgotten', async () => {
    const root = photos()
    const copies = async () =>
      documentOf<DoctorDocument>(await doctor(root, ['--json']))
        .findings.filter(({ check }) => check === 'exact-copies')
        .map(({ photos: [first] }) => first)
    const all = await copies()
    expect(all).toHaveLength(3)
    const kept = await doctor(root, ['--keep', 'train/ball/4 copy.jpg'])
    expect(kept.status, kept.stderr).toBe(0)
    expect(kept.stdout).toContain('kept as they are: train/ball/4 copy.jpg')
    renameSync(path.join(root, 'train/ball/4 copy.jpg'), path.join(root, 'train/ball/renamed.jpg'))
    expect(await copies()).toHaveLength(2)
    const { done } = documentOf<DoctorDocument>(await doctor(root, ['--fix', '--json']))
    expect(done?.fix?.setAside.map(({ photo }) => photo)).not.toContain('train/ball/renamed.jpg')
    await run(['undo', root])
    await doctor(root, ['--forget', path.join(root, 'train/ball/renamed.jpg')])
    expect(await copies()).toHaveLength(3)
    await run(['undo', root])
    expect(await copies()).toHaveLength(2)
    await doctor(root, ['--forget'])
    expect(await copies()).toHaveLength(3)
    // Without --quick, too, nothing is looked at, by the network or otherwise.
    const unseen = { CHIQUITO_CACHE: path.join(temporaryFolder(), 'cache') }
    const alone = await run(['doctor', root, '--keep', 'train/ball/4.jpg'], { env: unseen })
    expect(alone.status, alone.stderr).toBe(0)
    expect(alone.stdout).toMatch(
      /^25 photos in 2 classes: ball 14, wave 11\n\nkept as they are: train\/ball\/4\.jpg\nin /,
    )
    expect(existsSync(unseen.CHIQUITO_CACHE)).toBe(false)
    await run(['undo', root])
    const wrong = await doctor(root, ['--keep', 'nowhere.jpg'])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toMatch(/There is no photo "nowhere\.jpg" in/)
    const equal = await doctor(root, ['--apart', 'train/ball/4.jpg', 'train/ball/renamed.jpg'])
    expect(equal.status).toBe(2)
    expect(equal.stderr).toMatch(/name two or more that differ/)
  })

  it('cannot be set and forgotten of the same photo at once', async () => {
    const root = photos()
    await doctor(root, ['--keep', 'train/ball/4.jpg'])
    const before = readFileSync(path.join(root, 'journal.jsonl'), 'utf8')
    const cases: [string[], string][] = [
      [
        ['--keep', 'train/ball/4.jpg', '--forget', 'train/ball/4.jpg'],
        '--keep "train/ball/4.jpg" and --forget "train/ball/4.jpg" contradict each other',
      ],
      [
        ['--keep', 'train/ball/4.jpg', '--forget', 'train/ball/4 copy.jpg'],
        '--keep "train/ball/4.jpg" and --forget "train/ball/4 copy.jpg", which holds the same contradict each other',
      ],
      [
        ['--apart', 'train/ball/4.jpg', 'train/ball/3.jpg', '--forget', 'train/ball/3.jpg'],
        '--apart "train/ball/3.jpg" and --forget "train/ball/3.jpg" contradict each other',
      ],
    ]
    for (const [words, message] of cases) {
      const told = await doctor(root, words)
      expect(told.status).toBe(2)
      expect(told.stderr).toContain(message)
      expect(readFileSync(path.join(root, 'journal.jsonl'), 'utf8')).toBe(before)
    }
    // All that was said before holds no longer; what is said now does.
    const anew = await doctor(root, ['--forget', '--keep', 'train/ball/4.jpg'])
    expect(anew.stdout).toMatch(/kept as they are: train\/ball\/4\.jpg\n1 mark forgotten/)
    expect((await doctor(root, ['--forget'])).stdout).toContain('1 mark forgotten')
  })
})
