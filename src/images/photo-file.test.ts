import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeTree } from '../../test/support/files.js'
import { drawing } from '../../test/support/photos.js'
import { readPhotoFile, sha256Of } from './photo-file.js'
import { PhotoReader } from './reader.js'

it('gives the bytes that were asked for, or says that they are others by now', async () => {
  const [one, other] = [await drawing('ball', 1), await drawing('ball', 2)]
  const root = writeTree({ 'a.png': one })
  const file = join(root, 'a.png')
  expect(Buffer.from(await readPhotoFile(file, 'a.png', sha256Of(one))).equals(one)).toBe(true)
  expect(await readPhotoFile(file, 'a.png')).toHaveLength(one.length)
  await expect(readPhotoFile(file, 'a.png', sha256Of(other))).rejects.toMatchObject({
    code: 'data',
    message: 'a.png: it was changed or replaced since the data set was read.',
  })
  const reader = new PhotoReader({ workers: 0 })
  const options = { name: 'a.png', rule: { size: 8, resize: 'crop' as const }, draws: [null] }
  await expect(reader.views(file, { ...options, sha256: sha256Of(other) })).rejects.toMatchObject({
    code: 'data',
  })
  expect(await reader.views(file, { ...options, sha256: sha256Of(one) })).toHaveLength(1)
  await reader.close()
})

it.skipIf(process.platform === 'win32')('never waits for a pipe or a device', async () => {
  const root = writeTree({ 'folder/x': '' })
  execFileSync('mkfifo', [join(root, 'pipe.jpg')])
  for (const [path, reason] of [
    [join(root, 'pipe.jpg'), /it is a pipe, a device or a socket/],
    ['/dev/zero', /it is a pipe, a device or a socket/],
    [join(root, 'folder'), /it is a folder/],
    [join(root, 'none'), /there is no such file/],
  ] as const)
    await expect(readPhotoFile(path, 'it')).rejects.toThrow(reason)
})
