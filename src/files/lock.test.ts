import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kill, startEndless, temporaryFolder, writeTree } from '../../test/support/files.js'
import type { ProgressEvent } from '../core/index.js'
import { takeLock, takeLockSoon, waitForLock } from './index.js'

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

describe('takeLockSoon', () => {
  it('gives a process that is just ending the time for that, and says so', async () => {
    const path = join(temporaryFolder(), '.lock')
    const child = await startEndless('holdLock', path)
    const notices: string[] = []
    const release = await takeLockSoon(path, 'the cup', {
      progress: event => {
        if (event.kind === 'notice') notices.push(event.message)
        child.kill('SIGKILL')
      },
    })
    expect(notices).toEqual([
      `Another chiquito (process ${child.pid} on ${hostname()}) is using the cup. It may be just ending: waiting 2 s for that.`,
    ])
    release()
  })

  it('is refused where the other goes on, at once where that is this process, or on another machine', async () => {
    const path = join(temporaryFolder(), '.lock')
    const child = await startEndless('holdLock', path)
    await expect(takeLockSoon(path, 'it')).rejects.toThrow(`process ${child.pid}`)
    const own = join(temporaryFolder(), '.lock')
    takeLock(own, 'it')
    const notices: string[] = []
    const progress = (event: ProgressEvent) => {
      if (event.kind === 'notice') notices.push(event.message)
    }
    const far = join(temporaryFolder(), '.lock')
    await expect(takeLockSoon(own, 'it', { progress })).rejects.toThrow(`process ${process.pid}`)
    writeFileSync(far, JSON.stringify({ pid: 1, host: 'elsewhere' }))
    await expect(takeLockSoon(far, 'it', { progress })).rejects.toThrow('process 1 on elsewhere')
    expect(notices).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')(
    'takes over what a process left that ended and that its parent forgot',
    async () => {
      const path = join(temporaryFolder(), '.lock')
      // The parent becomes a program that never asks for its children.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'])
      onTestFinished(() => void parent.kill('SIGKILL'))
      const [pid] = await once(parent.stdout, 'data')
      await expect.poll(() => readFileSync(`/proc/${String(pid).trim()}/stat`, 'utf8')).toMatch(/\) Z /)
      writeFileSync(path, JSON.stringify({ pid: Number(String(pid)), host: hostname() }))
      ;(await takeLockSoon(path, 'it'))()
    },
  )
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
