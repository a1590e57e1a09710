import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  asNobody,
  canDropRights,
  kill,
  smallDisk,
  startEndless,
  temporaryFolder,
  writeTree,
} from '../../test/support/files.js'
import { makeFolder, removeLeftovers, temporaryPath, writeFileAtomic } from './index.js'

describe('writeFileAtomic', () => {
  it('writes and replaces, and leaves nothing beside', async () => {
    const root = writeTree({ 'file.json': 'old' })
    await writeFileAtomic(join(root, 'file.json'), 'new')
    await writeFileAtomic(join(root, 'bytes'), Uint8Array.of(1, 2, 3))
    expect(readFileSync(join(root, 'file.json'), 'utf8')).toBe('new')
    expect([...readFileSync(join(root, 'bytes'))]).toEqual([1, 2, 3])
    expect(readdirSync(root).sort()).toEqual(['bytes', 'file.json'])
  })

  it('names the path, the reason and the remedy', async () => {
    const root = writeTree({ file: 'x', 'folder/x': '' })
    await expect(writeFileAtomic(join(root, 'none', 'a'), '')).rejects.toMatchObject({
      code: 'io',
      message: `Cannot write "${join(root, 'none', 'a')}": there is no such file or folder: check the spelling (ENOENT).`,
    })
    await expect(writeFileAtomic(join(root, 'file', 'a'), '')).rejects.toThrow(/part of the path is a file/)
    await expect(writeFileAtomic(join(root, 'folder'), '')).rejects.toThrow(/Cannot write ".*folder"/)
    expect(readdirSync(root).sort()).toEqual(['file', 'folder'])
    await expect(makeFolder(join(root, 'file', 'sub'))).rejects.toThrow(/Cannot make the folder/)
  })

  it.skipIf(!canDropRights)('says that permission is denied', async () => {
    const root = temporaryFolder()
    await expect(asNobody(() => writeFileAtomic(join(root, 'a'), ''))).rejects.toThrow(
      /permission denied: change/,
    )
  })

  it('keeps the old file and says so when the disk is full', async context => {
    const disk = smallDisk(64 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const path = join(disk, 'model.onnx')
    await writeFileAtomic(path, 'old')
    await expect(writeFileAtomic(path, Buffer.alloc(100 * 1024))).rejects.toThrow(
      /the disk is full: free some space/,
    )
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(disk)).toEqual(['model.onnx'])
  })

  it('says that a file system is read-only', async context => {
    const disk = smallDisk(64 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    execFileSync('mount', ['-o', 'remount,ro', disk])
    await expect(writeFileAtomic(join(disk, 'a'), '')).rejects.toThrow(/the file system is read-only/)
    await expect(makeFolder(join(disk, 'a'))).rejects.toThrow(/the file system is read-only/)
    await expect(makeFolder(join(disk, 'a/b/c'))).rejects.toThrow(/the file system is read-only/)
  })

  it('leaves the old or the new file whole when it is killed, and what it left can be cleared away', async () => {
    const root = temporaryFolder()
    const path = join(root, 'file')
    for (let round = 0; round < 4; round++) {
      const child = await startEndless('replaceFile', path)
      await delay(3 + 5 * round)
      await kill(child)
      const text = readFileSync(path, 'utf8')
      expect(text === 'a'.repeat(300_000) || text === 'b'.repeat(400_000)).toBe(true)
    }
    writeTree({ '.hidden.tmp': '', 'x.tmp': '' }, root)
    writeFileSync(temporaryPath(path), 'left by a kill')
    await removeLeftovers(root)
    expect(readdirSync(root).sort()).toEqual(['.hidden.tmp', 'file', 'x.tmp'])
  })
})
