// chiquito split: what it refuses, and what it leaves where it fails.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { asNobody, canDropRights, smallDisk, temporaryFolder } from './support/files.js'
import { sixtyPhotos, split, told, tree } from './support/split.js'

let photos: Record<string, Buffer>

beforeAll(async () => {
  photos = await sixtyPhotos()
})

describe('split refuses', () => {
  it.each([
    ['no folder to write to', ['DATA'], /Say with --out/],
    ['the folder itself', ['DATA', '--out', 'DATA'], /is the folder of photos itself/],
    ['a folder in it', ['DATA', '--out', 'DATA/sub/set'], /lies inside the folder of photos/],
    ['a folder around it', ['DATA', '--out', 'DATA/..'], /The folder of photos lies inside --out/],
    ['a file', ['DATA', '--out', 'DATA/../a-file'], /a-file" is a file/],
    ['no such photos', ['DATA/none', '--out', 'OUT'], /none/],
    ['half a photo', ['DATA', '--out', 'OUT', '--valid', '1.5'], /valid must be a number of photos/],
    [
      'parts that leave nothing',
      ['DATA', '--out', 'OUT', '--valid', '0.6', '--test', '0.5'],
      /leave nothing to learn from/,
    ],
    ['nothing to divide', ['DATA', '--out', 'OUT', '--valid', '0'], /nothing to divide/],
    [
      'links of a table',
      ['DATA', '--out', 'OUT', '--links', '--manifest'],
      /--links has no effect with --manifest/,
    ],
    [
      'folds and a count',
      ['DATA', '--out', 'OUT', '--folds', '3', '--valid', '5'],
      /--folds has no effect with --valid/,
    ],
    ['one fold', ['DATA', '--out', 'OUT', '--folds', '1'], /folds must be/],
    ['more folds than photos', ['DATA', '--out', 'OUT', '--folds', '90'], /folds must be .* 60/],
    ['making and judging', ['DATA', '--check', '--add'], /--add has no effect with --check/],
    ['an odd word', ['DATA', '--out', 'OUT', '--not-by', 'page,colour'], /--not-by must be copies, page/],
  ])('%s', async (_, args, message) => {
    const { data, out } = tree(photos)
    writeFileSync(path.join(path.dirname(data), 'a-file'), '')
    const result = await told(...args.map(arg => arg.replace('DATA', data).replace('OUT', out)))
    expect(result.status).toBeGreaterThan(0)
    expect(result.stderr).toMatch(message)
    expect(readdirSync(path.dirname(data)).sort()).toEqual(['a-file', 'photos'])
  })

  it.each([[[]], [['--manifest']], [['--folds', '3']], [['--check']]])(
    'photos that are not there, before anything else, and makes nothing %j',
    async words => {
      const { data } = tree({ 'cat/1.jpg': '', 'set/1.txt': '', 'split.csv': '' })
      const missing = await told(path.join(data, 'none'), '--out', path.join(data, 'set'), ...words)
      expect([missing.status, missing.stderr]).toEqual([
        1,
        expect.stringMatching(
          /^chiquito: Cannot open the folder "[^"]*none": there is no such file or folder/,
        ),
      ])
      const file = await told(path.join(data, 'cat/1.jpg'), '--out', path.join(data, 'new/set'), ...words)
      expect(file.stderr).toMatch(/1\.jpg" is a file\. Give the folder with the photos/)
      expect(readdirSync(data).sort()).toEqual(['cat', 'set', 'split.csv'])
    },
  )

  it('a link that leads into the folder of photos', async () => {
    const { data } = tree(photos)
    const { symlinkSync } = await import('node:fs')
    const link = path.join(temporaryFolder(), 'link')
    symlinkSync(data, link)
    expect((await told(data, '--out', path.join(link, 'set'))).stderr).toMatch(
      /lies inside the folder of photos/,
    )
  })

  it('a record that is damaged, or of a newer version', async () => {
    const { data, out } = tree(photos)
    await split(data, '--out', out)
    writeFileSync(path.join(out, 'split.json'), '{"format":"chiquito-split","version":2}')
    expect((await told(data, '--out', out, '--add')).stderr).toMatch(/was written by a newer chiquito/)
    writeFileSync(
      path.join(out, 'split.json'),
      '{"format":"chiquito-split","version":1,"photos":[{"file":"../../x.jpg"}]}',
    )
    expect((await told(data, '--out', out, '--add')).stderr).toMatch(/split\.json" is damaged/)
    writeFileSync(path.join(data, 'split.json'), '{"format":"chiquito-split","ver')
    expect((await told(data, '--out', `${out}-2`)).stderr).toMatch(/split\.json" is damaged/)
    writeFileSync(path.join(data, 'split.json'), '{"mine": true}')
    await split(data, '--out', `${out}-2`)
    expect(readFileSync(path.join(data, 'split.json'), 'utf8')).toBe('{"mine": true}')
  })

  it.skipIf(!canDropRights)(
    'says what it may not write, and does without a record beside the photos',
    async () => {
      const { data } = tree(photos)
      const closed = await asNobody(() => told(data, '--out', path.join(path.dirname(data), 'closed', 'set')))
      expect([closed.status, closed.stderr]).toEqual([1, expect.stringMatching(/permission denied/)])
      const open = temporaryFolder()
      chmodSync(open, 0o777)
      const result = await asNobody(() => told(data, '--out', path.join(open, 'set')))
      expect([result.status, existsSync(path.join(data, 'split.json'))]).toEqual([0, false])
      expect(result.stderr).toMatch(/is not kept beside them/)
    },
  )

  it('leaves nothing where the disk is full', async context => {
    const disk = smallDisk(80 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const { data } = tree(photos)
    const result = await told(data, '--out', path.join(disk, 'set'))
    expect([result.status, result.stderr]).toEqual([1, expect.stringMatching(/disk is full/)])
    expect(readdirSync(disk)).toEqual([])
    const linked = await told(data, '--out', path.join(disk, 'set'), '--links')
    expect(linked.stderr).toMatch(/they lie on different disks .* Leave out --links/)
    expect(readdirSync(disk)).toEqual([])
  })
})
