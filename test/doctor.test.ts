// chiquito doctor: what is wrong with photos, through the command line.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DoctorResult, doctor } from '../src/actions/doctor.js'
import { checks, checksPage } from '../src/doctor/index.js'
import { documentOf } from './support/chiquito.js'
import { faults } from './support/faults.js'
import { asNobody, canDropRights, temporaryFolder, writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { scene } from './support/scenes.js'

let photos: Record<string, Uint8Array>

beforeAll(async () => {
  photos = {}
  for (let i = 0; i < 24; i++) photos[`${i % 2 === 0 ? 'cat' : 'dog'}/${i}.jpg`] = await scene(i)
})

async function told(...args: string[]) {
  const result = await chiquitoHere(['doctor', ...args])
  return { ...result, text: `${result.stderr}${result.stdout}` }
}

async function examined(...args: string[]): Promise<DoctorResult> {
  const result = await told(...args, '--quick', '--json')
  expect(result).toMatchObject({ status: 0 })
  return documentOf<DoctorResult>(result)
}

describe('chiquito doctor', () => {
  it('says what is wrong, sorted by how much it matters', async () => {
    const folder = temporaryFolder()
    const [truncate] = faults.unreadable
    const [darken] = faults.dark
    writeTree(
      {
        ...photos,
        'cat/broken.jpg': (await truncate(Buffer.from(photos['cat/0.jpg']))).bytes,
        'dog/again.jpg': photos['cat/2.jpg'],
        'dog/dark.jpg': (await darken(await scene(90))).bytes,
        'cat/named.png': await scene(91),
      },
      folder,
    )
    const { findings, classes, shortcuts, photos: count } = await examined(folder)
    expect({ count, classes }).toEqual({
      count: 28,
      classes: [
        { label: 'cat', photos: 14 },
        { label: 'dog', photos: 14 },
      ],
    })
    expect(findings.filter(({ check }) => check !== 'too-few')).toMatchObject([
      { check: 'unreadable', photos: ['cat/broken.jpg'], certain: true },
      { check: 'exact-copies', photos: ['cat/2.jpg', 'dog/again.jpg'], certain: true },
      { check: 'dark', photos: ['dog/dark.jpg'], certain: false },
      { check: 'extension', photos: ['cat/named.png'], certain: true },
    ])
    for (const finding of findings)
      expect(Object.keys(finding).filter(key => key !== 'said')).toEqual([
        'check',
        'photos',
        'certain',
        'message',
      ])
    for (const shortcut of shortcuts)
      expect(Object.keys(shortcut)).toEqual(expect.arrayContaining(['property', 'class', 'auc', 'interval']))
    const { text, status } = await told(folder, '--quick')
    expect(status).toBe(0)
    expect(text).toContain('28 photos in 2 classes: cat 14, dog 14')
    expect(text.indexOf('Unreadable photos')).toBeLessThan(text.indexOf('Dark photos'))
    expect(text).toContain('--fix')
  })

  it('looks at a folder of photos of one class, and finds nothing wrong where nothing is', async () => {
    const folder = temporaryFolder()
    writeTree({ ...photos }, folder)
    const { findings, classes } = await examined(path.join(folder, 'cat'))
    expect(findings.filter(({ check }) => check !== 'too-few')).toEqual([])
    expect(classes).toEqual([{ label: 'cat', photos: 12 }])
  })

  it('reads again only what is new or changed, and believes no damaged cache', async () => {
    const folder = temporaryFolder()
    const cache = temporaryFolder()
    writeTree({ ...photos }, folder)
    const before = process.env.CHIQUITO_CACHE
    process.env.CHIQUITO_CACHE = cache
    try {
      await examined(folder)
      const [darken] = faults.dark
      writeTree({ 'cat/0.jpg': (await darken(await scene(70))).bytes }, folder)
      const second = await examined(folder)
      expect(second.findings).toContainEqual(
        expect.objectContaining({ check: 'dark', photos: ['cat/0.jpg'] }),
      )
      const [version] = readdirSync(path.join(cache, 'facts'))
      const store = path.join(cache, 'facts', version)
      let damaged = 0
      for (const digit of '0123456789abcdef') {
        const shard = path.join(store, `${digit}.jsonl`)
        if (!existsSync(shard)) continue
        writeFileSync(shard, readFileSync(shard, 'utf8').replaceAll('"mean":', '"mean":9'))
        damaged++
      }
      expect(damaged).toBeGreaterThan(4)
      expect((await examined(folder)).findings).toEqual(second.findings)
      rmSync(cache, { recursive: true })
      writeFileSync(cache, 'no folder')
      const without = await told(folder, '--quick', '--json')
      expect(documentOf<DoctorResult>(without).findings).toEqual(second.findings)
      expect(without.stderr).toContain('Photos are measured again when needed')
    } finally {
      if (before === undefined) delete process.env.CHIQUITO_CACHE
      else process.env.CHIQUITO_CACHE = before
    }
  })

  it.each<[string, (folder: string) => string, RegExp]>([
    ['a folder that is not there', folder => path.join(folder, 'gone'), /gone/],
    ['a file', folder => path.join(folder, 'cat', '0.jpg'), /0\.jpg" is a file\. Give a folder/],
    ['an empty folder', folder => path.join(folder, 'empty'), /There is no photo in ".*empty"/],
  ])('refuses %s', async (_what, of, expected) => {
    const folder = temporaryFolder()
    writeTree({ ...photos, 'empty/notes.txt': '' }, folder)
    const { status, stderr } = await told(of(folder), '--quick')
    expect(status).toBe(1)
    expect(stderr).toMatch(expected)
  })

  it('does not follow links out of the folder, and says so', async () => {
    const folder = temporaryFolder()
    const outside = temporaryFolder()
    writeTree({ 'cat/1.jpg': photos['cat/0.jpg'] }, folder)
    writeTree({ '2.jpg': photos['cat/2.jpg'] }, outside)
    symlinkSync(path.join(outside, '2.jpg'), path.join(folder, 'cat', '2.jpg'))
    symlinkSync(outside, path.join(folder, 'dog'))
    const result = await examined(folder)
    expect(result.photos).toBe(1)
    expect(result.notices.join()).toContain('--follow-links')
    expect((await examined(folder, '--follow-links')).photos).toBe(3)
  })

  it.runIf(canDropRights)('tells of photos that may not be read, and of a folder that may not', async () => {
    const folder = temporaryFolder()
    writeTree({ ...photos }, folder)
    chmodSync(folder, 0o755)
    chmodSync(path.join(folder, 'cat', '0.jpg'), 0)
    const result = await asNobody(() => told(folder, '--quick', '--json', '--no-cache'))
    expect(documentOf<DoctorResult>(result).findings).toContainEqual({
      check: 'unreadable',
      photos: ['cat/0.jpg'],
      certain: false,
      message: '"cat/0.jpg" cannot be read: this user may not read it.',
      said: { code: 'lost', values: [] },
    })
    chmodSync(path.join(folder, 'cat'), 0)
    const { status, stderr } = await asNobody(() => told(folder, '--quick', '--no-cache'))
    expect(status).toBe(1)
    expect(stderr).toMatch(/cat/)
  })

  it('refuses options that have no effect together', async () => {
    const folder = temporaryFolder()
    writeTree({ ...photos }, folder)
    const { status, stderr } = await told(folder, '--quick', '--threads', '2')
    expect(status).toBe(2)
    expect(stderr).toContain('--threads is for the deep checks')
  })

  it('runs only the checks that are asked for, without the network where none of them needs it', async () => {
    const folder = temporaryFolder()
    const [darken] = faults.dark
    const dark = (await darken(await scene(90))).bytes
    writeTree({ ...photos, 'dog/dark.jpg': dark, 'dog/again.jpg': photos['dog/1.jpg'] }, folder)
    const result = await told(folder, '--json', '--checks', 'exact-copies, dark', '--checks', 'place')
    expect(result.status, result.stderr).toBe(0)
    const { checks: ran, findings, shortcuts } = documentOf<DoctorResult>(result)
    expect(ran.map(({ name }) => name)).toEqual(['exact-copies', 'dark', 'place'])
    expect(findings.map(({ check }) => check)).toEqual(['exact-copies', 'dark'])
    expect(shortcuts).toEqual([])
    const fixed = await told(folder, '--fix', '--checks', 'dark')
    expect(fixed.status, fixed.stderr).toBe(0)
    expect(existsSync(path.join(folder, 'dog/again.jpg'))).toBe(true)
  })

  it.each([
    ['no check', ['--checks', 'darkness'], /there is no check "darkness"\. There are: unreadable, .*place\./],
    ['none', ['--checks', ','], /--checks must be names separated by commas, but is ","/],
    ['a deep one with --quick', ['--checks', 'label-errors', '--quick'], /"label-errors" asks the network/],
    ['the network for none', ['--checks', 'dark', '--threads', '2'], /none of them is among --checks/],
  ])('says so where --checks names %s', async (_what, options, message) => {
    const folder = temporaryFolder()
    writeTree({ ...photos }, folder)
    const { status, stderr } = await told(folder, ...options)
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
  })
})

it('says which checks there are where a program asks for none', async () => {
  await expect(doctor({ data: temporaryFolder(), checks: [] })).rejects.toThrow(
    /--checks names no check\. There are: unreadable/,
  )
})

describe('docs/checks.md', () => {
  it('says what the checks say (npm run -s checks renews it)', () => {
    const page = path.join(import.meta.dirname, '..', 'docs', 'checks.md')
    expect(readFileSync(page, 'utf8')).toBe(checksPage(checks))
  })
})
