import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/files.js'
import { requireFreeFolder, writeFolder } from './write-folder.js'

const files = new Map([
  ['a.txt', 'new a'],
  ['inner/b.txt', 'new b'],
])

const text = (...names: string[]) => readFileSync(path.join(...names), 'utf8')

describe('a folder of files', () => {
  it('appears whole, with its parents, and is known again', async () => {
    const folder = path.join(temporaryFolder(), 'not', 'there')
    await requireFreeFolder(folder, 'sample', false)
    await writeFolder(folder, 'sample', files)
    expect(text(folder, 'a.txt') + text(folder, 'inner', 'b.txt')).toBe('new anew b')
    expect(readdirSync(path.dirname(folder))).toEqual(['there'])
    await expect(requireFreeFolder(folder, 'sample', false)).rejects.toThrow('--overwrite')
    await requireFreeFolder(folder, 'sample', true)
    await expect(requireFreeFolder(folder, 'other', true)).rejects.toThrow('holds other things')
  })

  it('is written over where that is asked for, and what else lies there stays', async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, '.git'))
    mkdirSync(path.join(folder, 'inner'))
    writeFileSync(path.join(folder, 'a.txt'), 'old a')
    writeFileSync(path.join(folder, 'inner/c.txt'), 'old c')
    await expect(requireFreeFolder(folder, 'sample', false)).rejects.toThrow('git keeps them')
    await requireFreeFolder(folder, 'sample', true)
    await writeFolder(folder, 'sample', files)
    expect(text(folder, 'a.txt') + text(folder, 'inner/c.txt')).toBe('new aold c')
    expect(readdirSync(folder).sort()).toEqual(['.git', 'a.txt', 'chiquito.json', 'inner'])
  })

  it('leaves nothing where it fails', async () => {
    const parent = temporaryFolder()
    const odd = new Map([...files, ['a.txt/under a file', 'never']])
    await expect(writeFolder(path.join(parent, 'out'), 'sample', odd)).rejects.toMatchObject({ code: 'io' })
    expect(readdirSync(parent)).toEqual([])
  })

  it('is refused where a file is, and where other things are', async () => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'photo.jpg'), 'a photo')
    await expect(requireFreeFolder(folder, 'sample', true)).rejects.toThrow('"photo.jpg"')
    await expect(requireFreeFolder(path.join(folder, 'photo.jpg'), 'sample', true)).rejects.toThrow(
      'is a file',
    )
  })
})
