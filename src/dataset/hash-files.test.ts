import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeTree } from '../../test/support/files.js'
import type { ProgressEvent } from '../core/index.js'
import { hashFiles, hashFilesOnce } from './index.js'

describe('hashFiles', () => {
  it('gives size and SHA-256 of small, empty and large files, in order', async () => {
    const contents = { small: 'abc', empty: '', large: Buffer.alloc(700_001, 'x') }
    const root = writeTree(contents)
    const events: ProgressEvent[] = []
    const hashed = await hashFiles(root, Object.keys(contents), { progress: event => events.push(event) })
    expect(hashed).toEqual(
      Object.entries(contents).map(([path, content]) => ({
        path,
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
    )
    expect(events.map(event => event.kind)).toEqual(['start', 'advance', 'advance', 'advance', 'end'])
  })

  it('reads no file a second time where that is wanted', async () => {
    const root = writeTree({ a: '1', b: '22', c: '333' })
    const read: string[] = []
    const progress = (event: ProgressEvent) => {
      if (event.kind === 'start') read.push(`${event.total}`)
    }
    const hash = hashFilesOnce()
    const first = await hash(root, ['a', 'b'], { progress })
    expect(first).toEqual(await hashFiles(root, ['a', 'b']))
    const both = await hash(root, ['c', 'b', 'a'], { progress })
    expect(both).toEqual(await hashFiles(root, ['c', 'b', 'a']))
    await hash(root, ['b'], { progress })
    expect(read).toEqual(['2', '1'])
  })

  it('gives a file that is gone with its problem', async () => {
    const root = writeTree({ a: '1', b: '2' })
    rmSync(join(root, 'a'))
    expect((await hashFiles(root, ['a', 'b']))[0]).toEqual({ path: 'a', problem: 'broken-link' })
  })

  it('stops half-way when asked, and leaves no file open', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `${i}`)
    const root = writeTree(Object.fromEntries(names.map(name => [name, name])))
    const stop = new AbortController()
    let done = 0
    const progress = (event: ProgressEvent) => {
      if (event.kind === 'advance') done = event.done
      if (done === 20) stop.abort()
    }
    await expect(hashFiles(root, names, { progress, signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    })
    expect(done).toBeLessThan(40)
  })

  it('throws for what is no file', async () => {
    await expect(hashFiles(writeTree({ 'a/b': '' }), ['a'])).rejects.toThrow(
      /Cannot read ".*a": it is a folder/,
    )
  })
})
