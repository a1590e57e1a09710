import { existsSync, utimesSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kill, startEndless, temporaryFolder, writeTree } from '../../test/support/files.js'
import { takeLock, waitForLock } from './index.js'

describe('takeLock', () => {
  it('is held once, and free after release', () => {
    const path = join(temporaryFolder(), '.lock')
    const release = takeLock(path, 'the cup')
    expect(() => takeLock(path, 'the cup')).toThrow(
      `Another chiquito (process ${process.pid} on ${hostname()}) is using the cup. Wait for it or stop it; ` +
        `if there is none, delete "${path}".`,
    )
    release()
    release()
    expect(existsSync(path)).toBe(false)
    takeLock(path, 'the cup')()
  })

  it('is kept by a living process and taken over from a dead one', async () => {
    const path = join(temporaryFolder(), '.lock')
    const child = await startEndless('holdLock', path)
    expect(() => takeLock(path, 'it')).toThrow(`process ${child.pid}`)
    await kill(child)
    takeLock(path, 'it')()
  })

  it('is taken over when torn a while ago, or left by an earlier process with our number, but not from another machine', () => {
    const root = writeTree({
      torn: '{"pid"',
      ours: JSON.stringify({ pid: process.pid, host: hostname() }),
      far: JSON.stringify({ pid: 1, host: 'elsewhere' }),
    })
    expect(() => takeLock(join(root, 'torn'), 'it')).toThrow('Another chiquito is using it')
    utimesSync(join(root, 'torn'), 1000, 1000)
    takeLock(join(root, 'torn'), 'it')()
    takeLock(join(root, 'ours'), 'it')()
    expect(() => takeLock(join(root, 'far'), 'it')).toThrow(/process 1 on elsewhere/)
  })
})

describe('waitForLock', () => {
  it('takes a lock once it is free, and says that it waits', async () => {
    const path = join(temporaryFolder(), '.lock')
    const release = takeLock(path, 'it')
    const notices: string[] = []
    const waiting = waitForLock(path, 'it', {
      progress: event => {
        if (event.kind === 'notice') notices.push(event.message)
        release()
      },
    })
    ;(await waiting)()
    expect(notices).toEqual([
      `Another chiquito (process ${process.pid} on ${hostname()}) is using it. Waiting for it; ` +
        `if there is none, delete "${path}".`,
    ])
    expect(existsSync(path)).toBe(false)
  })

  it('stops waiting when asked', async () => {
    const path = join(temporaryFolder(), '.lock')
    takeLock(path, 'it')
    const stop = new AbortController()
    const waiting = waitForLock(path, 'it', { signal: stop.signal, progress: () => stop.abort() })
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' })
  })
})
