import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ChiquitoError } from '../core/index.js'
import {
  EngineHere,
  FolderStore,
  getJob,
  getResult,
  inOrder,
  type Job,
  JobKinds,
  type JobKindTable,
  type JobOutcome,
  jobKey,
  jobKind,
  LastUsed,
  openStore,
  putJob,
} from './index.js'

const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-jobs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** How often each number was doubled. */
const computed: number[] = []

const doubled = jobKind({
  name: 'doubled',
  revision: 1,
  asked: z.strictObject({ number: z.number() }),
  place: z.null(),
  async perform({ number }) {
    if (number < 0) throw new ChiquitoError('data', `${number} is negative.`)
    computed.push(number)
    return new TextEncoder().encode(String(2 * number))
  },
})
const table: JobKindTable = { doubled: async () => doubled }
const job = (number: number): Job => ({ kind: 'doubled', asked: { number }, place: null })

let store: FolderStore
let rooms = 0
beforeEach(() => {
  computed.length = 0
  store = new FolderStore(path.join(folder, String(rooms++)))
})

async function outcomes(jobs: Iterable<Job>, signal?: AbortSignal): Promise<JobOutcome[]> {
  const engine = new EngineHere(table, store)
  try {
    const all: JobOutcome[] = []
    for await (const one of engine.run(jobs, { signal })) all.push(one)
    return all
  } finally {
    await engine.close()
  }
}

async function texts(all: readonly JobOutcome[]): Promise<(string | undefined)[]> {
  const bytes = await Promise.all(all.map(({ key }) => getResult(store, key)))
  return bytes.map(one => one && new TextDecoder().decode(one))
}

describe('jobs', () => {
  it('are done once, in their order, and what fails does not stop the others', async () => {
    const first = await outcomes([job(3), job(-1), job(5), job(3)])
    expect(await texts(first)).toEqual(['6', undefined, '10', '6'])
    expect(first[1].failure).toEqual({ code: 'data', message: '-1 is negative.' })
    expect(first.map(({ isRecalled }) => isRecalled)).toEqual([false, false, false, true])
    expect(computed).toEqual([3, 5])
    const again = await outcomes([job(5), job(4)])
    expect(await texts(again)).toEqual(['10', '8'])
    expect(computed).toEqual([3, 5, 4])
  })

  it('are named by what is asked, whatever the order of its names, and not by where things lie', () => {
    const key = (asked: Job['asked'], place: Job['place'] = null) =>
      jobKey({ kind: 'doubled', asked, place }, doubled)
    expect(key({ a: 1, b: [2, { c: 3, d: 4 }] })).toBe(key({ b: [2, { d: 4, c: 3 }], a: 1 }, '/elsewhere'))
    expect(key({ a: 1 })).not.toBe(key({ a: 2 }))
    expect(jobKey(job(1), { ...doubled, revision: 2 })).not.toBe(jobKey(job(1), doubled))
  })

  it('do again what was torn on disk', async () => {
    const [{ key }] = await outcomes([job(7)])
    await truncate(path.join(new URL(store.address).pathname, 'results', key.slice(0, 2), key), 20)
    expect(await getResult(store, key)).toBeUndefined()
    expect(await texts(await outcomes([job(7)]))).toEqual(['14'])
    expect(computed).toEqual([7, 7])
  })

  it('refuse what is no question of their kind', async () => {
    const wrong: Job = { kind: 'doubled', asked: { number: 'seven' }, place: null }
    const [{ failure }] = await outcomes([wrong])
    expect(failure?.message).toMatch(/^A job of the kind "doubled" cannot be understood: at number: /)
    await expect(new JobKinds(table).named('toString')).rejects.toThrow(/no job of the kind "toString"/)
  })

  it('stop when told to', async () => {
    await expect(outcomes([job(1)], AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('go to workers through the store', async () => {
    await putJob(store, jobKey(job(2), doubled), job(2))
    expect(await getJob(store, jobKey(job(2), doubled))).toEqual(job(2))
    await expect(getJob(store, 'ab12')).rejects.toThrow(/must see the same store/)
  })
})

describe('a folder as a store', () => {
  it('is found by its address, and keeps whole files only', async () => {
    await store.put('results/ab/abc', new Uint8Array([1, 2]))
    const same = await openStore(store.address)
    expect(await same.get('results/ab/abc')).toEqual(Buffer.from([1, 2]))
    expect(await readdir(new URL(`${store.address}/results/ab`))).toEqual(['abc'])
    expect(await readFile(new URL(`${store.address}/results/ab/abc`))).toHaveLength(2)
    expect([await same.has('results/ab/none'), await same.get('results/ab/none')]).toEqual([false, undefined])
  })

  it('takes no name that leads out of it', async () => {
    for (const name of ['../a', '/etc/passwd', 'a/../b', 'a//b', '', 'A'])
      await expect(store.put(name, new Uint8Array())).rejects.toMatchObject({ code: 'usage' })
  })

  it('is made where it is missing, and seen to be one that can be used', async () => {
    const fresh = path.join(fileURLToPath(store.address), 'a', 'fresh')
    await (await openStore(fresh)).reach()
    expect(await readdir(fresh)).toEqual([])
    const file = path.join(fresh, 'file')
    await writeFile(file, '')
    await expect((await openStore(file)).reach()).rejects.toThrow(/the store ".*file": it is a file\. Give a/)
    await expect((await openStore(path.join(file, 'sub'))).reach()).rejects.toThrow(/the store ".*sub": part/)
  })

  it('is refused at an address that names none', async () => {
    await expect(openStore('ftp://host/folder')).rejects.toThrow(/There is no store for "ftp:"/)
  })

  it.each(['s3//team/x', 's3:/team/x', 's3:team/x', 'S3:///x'])('is no folder called %s', async mistyped => {
    await expect(openStore(mistyped)).rejects.toThrow(/A store in S3 is named s3:\/\/BUCKET\/FOLDER/)
  })
})

describe('a list worked on in order', () => {
  it('takes no more of it than is in work', async () => {
    let taken = 0
    function* numbers() {
      while (true) yield taken++
    }
    const seen: number[] = []
    for await (const result of inOrder(numbers(), 3, async i => i * i)) {
      expect(taken).toBeLessThanOrEqual(seen.length + 3)
      seen.push(result)
      if (seen.length === 10) break
    }
    expect(seen).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64, 81])
  })
})

describe('what is kept open', () => {
  it('is opened once, and closed when others were used since, never under the hands of who uses it', async () => {
    const events: string[] = []
    const kept = new LastUsed<{ close(): void }>()
    const use = (name: string, work = async () => undefined) =>
      kept.use(
        name,
        async () => {
          events.push(`open ${name}`)
          return { close: () => void events.push(`close ${name}`) }
        },
        work,
      )
    await use('a')
    await use('a', async () => {
      await use('b')
      await use('c')
      events.push('a is in use')
      return undefined
    })
    expect(events).toEqual(['open a', 'open b', 'open c', 'close b', 'a is in use', 'close c'])
    await kept.close()
    expect(events.at(-1)).toBe('close a')
  })
})
