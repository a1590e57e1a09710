import { createServer, type RequestListener } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { suiteFolder } from '../../../../test/support/chiquito.js'
import { freePort } from '../../../../test/support/free-port.js'
import type { Program } from '../../../../test/support/queue/programs.js'
import { BUCKET, s3Environment, startS3 } from '../../../../test/support/s3/programs.js'
import type { ProgressEvent } from '../../../core/index.js'
import { getResult, putResult } from '../../results.js'
import { openStore } from '../index.js'

const folder = suiteFolder()
const key = 'ab'.repeat(32)
const address = `s3://${BUCKET}/a/Folder_1`
const bytes = new TextEncoder().encode('what a job came to')
const before = { ...process.env }
let port = 0
let server: Program

beforeAll(async () => {
  port = await freePort()
  server = await startS3(path.join(folder, 'held'), port)
  Object.assign(process.env, s3Environment(port))
})
afterAll(async () => {
  await server.stop('SIGKILL')
  process.env = before
})

/** In another environment, for one test. */
function set(changes: Readonly<Record<string, string | undefined>>): void {
  const kept = { ...process.env }
  onTestFinished(() => {
    process.env = kept
  })
  process.env = { ...process.env }
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
}

async function reached(at = address): Promise<string> {
  const store = await openStore(at)
  try {
    await store.reach()
    return 'reached'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await store.close()
  }
}

/** A server that is none of S3, for one test. */
async function impostor(answer: RequestListener): Promise<void> {
  const other = createServer(answer)
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const at = other.address()
  if (typeof at !== 'object' || at === null) throw new Error('no address')
  set({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${at.port}` })
}

describe('a bucket as a store', () => {
  it('keeps blobs below a folder, and gives back what it was given', async () => {
    const store = await openStore(`${address}/`)
    expect(store.address).toBe(address)
    await store.reach()
    expect([await store.has('results/ab'), await store.get('results/ab')]).toEqual([false, undefined])
    await store.put('results/ab', bytes)
    const same = await openStore(store.address)
    expect(await same.has('results/ab')).toBe(true)
    expect(Buffer.from((await same.get('results/ab')) ?? []).equals(bytes)).toBe(true)
    await same.remove('results/ab')
    await same.remove('results/ab')
    expect(await store.has('results/ab')).toBe(false)
    await expect(async () => store.put('../escape', bytes)).rejects.toThrow(/small letters/)
  })

  it('does not believe a result that is another one, and takes it away', async () => {
    const store = await openStore(address)
    await putResult(store, key, bytes)
    expect(Buffer.from((await getResult(store, key)) ?? []).equals(bytes)).toBe(true)
    await store.put(`results/ab/${key}`, bytes)
    expect(await getResult(store, key)).toBeUndefined()
    expect(await store.has(`results/ab/${key}`)).toBe(false)
  })

  it('waits for a server that was killed, and says so once', async () => {
    const notices: ProgressEvent[] = []
    const store = await openStore(address, { progress: event => notices.push(event) })
    await store.put('results/ab', bytes)
    await server.stop('SIGKILL')
    const asked = Promise.all([
      store.has('results/ab'),
      store.get('results/ab'),
      store.put('results/cd', bytes),
    ])
    await expect.poll(() => notices.length).toBe(1)
    server = await startS3(path.join(folder, 'held'), port)
    const [has, got] = await asked
    expect([has, Buffer.from(got ?? []).equals(bytes)]).toEqual([true, true])
    expect(notices.map(event => (event.kind === 'notice' ? event.message : ''))).toEqual([
      `The store ${address} at http://127.0.0.1:${port} is away: nothing listens there. It is asked again for some minutes.`,
      `The store ${address} at http://127.0.0.1:${port} is back.`,
    ])
  })

  it('is asked again where it is too busy, and where it breaks off in the middle', async () => {
    let asked = 0
    await impostor((_, response) => {
      asked++
      if (asked < 8) return void response.writeHead(503).end()
      response.writeHead(200, { 'content-length': bytes.length })
      if (asked < 10) return void response.write(bytes.subarray(0, 3), () => response.destroy())
      response.end(bytes)
    })
    const store = await openStore(address)
    expect(Buffer.from((await store.get('results/ab')) ?? []).equals(bytes)).toBe(true)
    expect(asked).toBeGreaterThanOrEqual(10)
  })

  it('stops waiting when told to', async () => {
    set({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` })
    const controller = new AbortController()
    const store = await openStore(address, { signal: controller.signal, progress: () => controller.abort() })
    await expect(store.get('results/ab')).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('says what is wrong, and nothing secret', async () => {
    expect(await reached('s3://nowhere-at-all/a')).toMatch(/no such bucket\. Make it, or correct --store/)
    set({ AWS_SECRET_ACCESS_KEY: 'not-the-secret' })
    expect(await reached()).toBe(
      `Cannot use the store ${address} at http://127.0.0.1:${port}: the secret key is wrong. Correct AWS_SECRET_ACCESS_KEY or the profile.`,
    )
    set({ AWS_ACCESS_KEY_ID: 'NOT-A-KEY' })
    expect(await reached()).toMatch(/the access key is not known there/)
    set({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined })
    expect(await reached()).toMatch(/there are no keys\. Set AWS_ACCESS_KEY_ID/)
    Object.assign(process.env, s3Environment(port))
    set({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` })
    expect(await reached()).toMatch(/Cannot reach .*: nothing listens there\.$/)
    set({ AWS_ENDPOINT_URL_S3: 'http://no-such-host.invalid' })
    expect(await reached()).toMatch(/the name of the host is not known/)
    set({ AWS_ENDPOINT_URL_S3: `https://user:pa55@127.0.0.1:${port}` })
    const told = await reached()
    expect(told).toMatch(/does not speak TLS there: try http:/)
    expect(told).not.toContain('pa55')
    set({ AWS_ENDPOINT_URL_S3: 'not an address' })
    expect(await reached()).toMatch(/AWS_ENDPOINT_URL is no address such as/)
    await impostor((_, response) => response.end('<html>It works!</html>'))
    expect(await reached()).toMatch(/no S3 server/)
    await impostor((_, response) => response.writeHead(403).end())
    expect(await reached()).toMatch(/access is denied\. Who uses it must be allowed/)
    await impostor((_, response) => response.writeHead(404).end('not here'))
    expect(await reached()).toMatch(/no S3 server/)
  })

  it('has no other addresses', async () => {
    for (const wrong of [
      's3://',
      's3://x',
      's3://KEY:SECRET@bucket/a',
      's3://bucket/a/../b',
      's3://bucket/a?b',
      's3://bucket//a',
    ])
      await expect(openStore(wrong)).rejects.toThrow(/named s3:\/\/BUCKET\/FOLDER/)
    await expect(openStore('s3://KEY:SECRET@bucket/a')).rejects.not.toThrow(/SECRET@/)
    await expect(openStore('gs://bucket/a')).rejects.toThrow(/no store for "gs:"/)
  })
})
