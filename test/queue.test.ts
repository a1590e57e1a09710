// Work on several machines: workers, askers and the server between them, each a process that may be killed at any moment.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { it as base, describe, expect } from 'vitest'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { freePort } from './support/free-port.js'
import {
  ask,
  type Program,
  type Question,
  redisProgram,
  startRedis,
  WorkerProgram,
} from './support/queue/programs.js'

const folder = suiteFolder()
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const doubles = (numbers: readonly number[]) => numbers.map(number => [number, 2 * number])

let rooms = 0

/** A server's port, a store, and what was started for one test: tests go on at the same time, as most of theirs is waiting. */
class Room {
  readonly number = ++rooms
  readonly store = path.join(folder, `store-${this.number}`)
  readonly queue: string
  /** A file: as soon as it is there, jobs that are held until then end. */
  readonly gate = path.join(folder, `gate-${this.number}`)
  private readonly endings: (() => unknown)[] = []

  constructor(readonly port: number) {
    this.queue = `redis://127.0.0.1:${port}`
  }

  async server(more: readonly string[] = []): Promise<Program> {
    const dir = path.join(folder, `redis-${this.number}`)
    mkdirSync(dir, { recursive: true })
    const redis = await startRedis(dir, this.port, more)
    this.onLeaving(() => redis.stop('SIGKILL'))
    return redis
  }

  /** One that is not ready yet. */
  begun(words: readonly string[], env: Readonly<Record<string, string>> = {}): WorkerProgram {
    const started = new WorkerProgram(words, env)
    this.onLeaving(() => started.program.stop('SIGKILL'))
    return started
  }

  worker(...words: string[]): Promise<WorkerProgram> {
    return this.begun(['--queue', this.queue, '--store', this.store, ...words]).ready()
  }

  ask(question: Omit<Question, 'queue' | 'store'>, env: Readonly<Record<string, string>> = {}) {
    return ask({ queue: this.queue, store: this.store, ...question }, env)
  }

  client(): Redis {
    const redis = new Redis(this.port)
    this.onLeaving(() => redis.disconnect())
    return redis
  }

  onLeaving(end: () => unknown): void {
    this.endings.push(end)
  }

  /** All are gone then: nobody writes any more into folders that are removed. */
  async leave(): Promise<void> {
    await Promise.all(this.endings.reverse().map(end => end()))
  }
}

const it = base.extend<{ room: Room }>({
  // biome-ignore lint/correctness/noEmptyPattern: a fixture that needs no other is written so.
  room: async ({}, use) => {
    const room = new Room(await freePort())
    await use(room)
    await room.leave()
  },
})

/** Names in Redis that are left when all is done: of who was there, and the events of late. */
async function leftovers(redis: Redis): Promise<string[]> {
  const names = await redis.keys('chiquito:*')
  return names.filter(name => /:[0-9a-f]{64}/.test(name))
}

/** Names of what lies in a folder of a store. */
function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap(name => readdirSync(path.join(folder, name)))
}

describe.skipIf(!redisProgram)(
  'a queue (skipped where neither redis-server nor valkey-server is)',
  { concurrent: true },
  () => {
    it('has jobs done once, in order, and leaves none behind', async ({ room }) => {
      await room.server()
      const one = await room.worker('--at-once', '2')
      const told = await room.ask({ numbers: upTo(60), size: 3, refused: 30 }).answer
      expect(told.thrown).toBeUndefined()
      expect(told.values).toEqual(doubles(upTo(60).filter(number => number < 30 || number > 32)))
      expect(told.failures).toEqual([{ code: 'data', message: '30 is not to be doubled.' }])
      const again = await room.ask({ numbers: upTo(30), size: 3, refused: 30 }).answer
      expect([again.recalled, again.values]).toEqual([10, doubles(upTo(30))])
      await one.ended(20)
      expect(one.keys('end', 'done')).toHaveLength(19)
      expect(one.keys('end', 'failed')).toHaveLength(1)
      expect(await leftovers(room.client())).toEqual([])
      expect(filesIn(path.join(room.store, 'jobs'))).toEqual([])
      expect(await one.program.stop()).toBe(130)
    })

    it('does not lose a job when workers are killed, nor does one twice that was not cut off', async ({
      room,
    }) => {
      await room.server()
      let current = await room.worker()
      const workers = [current]
      const asked = room.ask({ numbers: upTo(12), size: 1, ms: 300, held: { butFirst: 6, until: room.gate } })
      await current.ended(1)
      for (let kills = 0; kills < 3; kills++) {
        await current.program.until(() => current.keys('start').length > current.keys('end').length)
        await current.program.stop('SIGKILL')
        current = await room.worker()
        workers.push(current)
      }
      writeFileSync(room.gate, '')
      const told = await asked.answer
      expect(told.values).toEqual(doubles(upTo(12)))
      await current.program.stop()
      const computed = workers.flatMap(one => one.keys('end', 'done'))
      expect(computed).toHaveLength(new Set(computed).size)
      const begun = workers.flatMap(one => one.keys('start'))
      expect(begun.length - computed.length).toBeLessThanOrEqual(3)
    })

    it('goes on when its server was killed and comes back', async ({ room }) => {
      const first = await room.server()
      const one = await room.worker('--at-once', '2')
      const asked = room.ask({ numbers: upTo(16), size: 1, ms: 300, held: { butFirst: 8, until: room.gate } })
      await one.ended(3)
      await first.stop('SIGKILL')
      await asked.program.until(() => asked.program.stderr.includes('is away'))
      writeFileSync(room.gate, '')
      await pause(1000)
      await room.server()
      const told = await asked.answer
      expect(told.values).toEqual(doubles(upTo(16)))
      await one.program.until(() => new Set(one.keys('end', 'done')).size === 16)
      // What was in hand may be done once more where the server was away for longer than the lock lasts.
      expect(one.keys('end', 'done').length).toBeLessThanOrEqual(16 + 2)
      for (const { stderr } of [asked.program, one.program]) {
        const times = (what: string) => stderr.match(new RegExp(`/0 is ${what}`, 'g'))?.length ?? 0
        expect(times('back')).toBe(times('away'))
        // Not at each try to reach it; on a machine that is busy enough the connection may be lost once more.
        expect([1, 2]).toContain(times('away'))
      }
    })

    it('divides a job that kills who does it, until what kills stands alone', async ({ room }) => {
      await room.server()
      const temporary = path.join(folder, `temporary-${room.number}`)
      mkdirSync(temporary)
      const words = ['--queue', room.queue, '--store', room.store]
      const one = await room.begun(words, { TMPDIR: temporary }).ready()
      const { values, failures } = await room.ask({ numbers: upTo(8), size: 4, deadly: 6 }).answer
      expect(failures).toEqual([])
      expect(values.filter(([number]) => number !== 6)).toEqual(
        doubles(upTo(8).filter(number => number !== 6)),
      )
      expect(values.find(([number]) => number === 6)).toEqual([
        6,
        expect.stringMatching(/died, again and again/),
      ])
      await one.program.until(() => one.keys('end', 'died').length >= 9)
      expect(one.keys('end', 'died')).toHaveLength(9)
      expect(one.program.process.exitCode).toBeNull()
      // Of what the dead had fetched nothing is left; the living one goes with its worker, also where that is killed.
      await expect
        .poll(() => readdirSync(temporary, { recursive: true }))
        .toEqual([expect.stringMatching(/^chiquito-hand-\w+$/)])
      one.program.process.kill('SIGKILL')
      await expect.poll(() => readdirSync(temporary)).toEqual([])
    })

    it.for(['before', 'at the same moment'])(
      'ends when it is told to, as does who asks, where the server went away %s',
      async (moment, { room }) => {
        const redis = await room.server()
        const one = await room.worker()
        const asked = room.ask({ numbers: upTo(2), size: 1, ms: 600_000 })
        await one.program.until(() => one.keys('start').length === 1)
        const gone = redis.stop('SIGKILL')
        if (moment === 'before') await one.program.until(() => one.program.stderr.includes('is away'))
        asked.program.process.kill('SIGINT')
        await one.program.stop('SIGINT')
        expect((await asked.answer).thrown).toMatchObject({ code: 'interrupted' })
        await gone
      },
    )

    it('takes back what nobody wants any more', async ({ room }) => {
      await room.server()
      const one = await room.worker()
      const asked = room.ask({ numbers: upTo(5), size: 1, ms: 600_000 })
      await one.program.until(() => one.keys('start').length === 1)
      asked.program.process.kill('SIGINT')
      expect((await asked.answer).thrown).toMatchObject({ code: 'interrupted' })
      await one.program.until(() => one.keys('end', 'returned').length === 1)
      expect(one.keys('start')).toHaveLength(1)
      const other = await room.ask({ numbers: upTo(2), size: 1 }).answer
      expect(other.values).toEqual(doubles(upTo(2)))
      expect(await leftovers(room.client())).toEqual([])
    })

    it('tells who asked how far a long job is', async ({ room }) => {
      await room.server()
      await room.worker()
      const asked = room.ask({ numbers: [1], size: 1, kind: 'counted', ms: 6000 })
      expect((await asked.answer).values).toEqual([[1, 2]])
      const steps = [...asked.program.stderr.matchAll(/^counted [0-9a-f]{6} on \S+: counting (\d+)\/10$/gm)]
      expect(steps.length).toBeGreaterThanOrEqual(2)
      const done = steps.map(([, count]) => Number(count))
      expect(done).toEqual(done.toSorted((a, b) => a - b))
    })

    it('serves several who ask, each with its own, and does once what both ask', async ({ room }) => {
      await room.server()
      const one = await room.worker('--at-once', '2')
      const [first, second] = await Promise.all([
        room.ask({ numbers: upTo(12), size: 1, ms: 50 }).answer,
        room.ask({ numbers: upTo(20), size: 1, ms: 50 }).answer,
      ])
      expect(first.values).toEqual(doubles(upTo(12)))
      expect(second.values).toEqual(doubles(upTo(20)))
      await one.ended(20)
      expect(one.keys('end', 'done')).toHaveLength(20)
    })

    it('keeps a result that several take for each of them, and no longer', async ({ room }) => {
      await room.server()
      const one = await room.worker('--at-once', '2')
      const question = { numbers: upTo(12), size: 1, ms: 50, isTaken: true }
      const askers = upTo(3).map(() => room.ask({ ...question, isHeld: true }))
      for (const { program } of askers) await program.until(() => program.stderr.includes('held'))
      for (const { program } of askers) program.process.kill('SIGUSR2')
      for (const { answer } of askers) expect((await answer).values).toEqual(doubles(upTo(12)))
      expect(one.keys('end', 'done')).toHaveLength(12)
      expect(filesIn(path.join(room.store, 'results'))).toEqual([])
      // The same again and again in one list.
      const same = await room.ask({ ...question, numbers: upTo(9).map(() => 7) }).answer
      expect(same.values).toEqual(doubles(upTo(9).map(() => 7)))
      expect(one.keys('end', 'done')).toHaveLength(13)
      expect(filesIn(path.join(room.store, 'results'))).toEqual([])
    })

    it('holds so many jobs and no more', async ({ room }) => {
      await room.server()
      const asked = room.ask({ numbers: upTo(50), size: 1, places: 4 })
      await asked.program.until(() => asked.program.stderr.includes('No worker is at'))
      const redis = room.client()
      await expect.poll(async () => (await leftovers(redis)).length).toBeGreaterThanOrEqual(4)
      expect(await leftovers(redis)).toHaveLength(4)
      await room.worker()
      expect((await asked.answer).values).toEqual(doubles(upTo(50)))
    })

    it('gives a job back when its worker is stopped', async ({ room }) => {
      await room.server()
      const one = await room.worker()
      const asked = room.ask({ numbers: [1], size: 1, ms: 12_000 })
      await one.program.until(() => one.keys('start').length === 1)
      expect(await one.program.stop('SIGINT')).toBe(130)
      expect(one.keys('end', 'returned')).toHaveLength(1)
      const two = await room.worker()
      expect((await asked.answer).values).toEqual([[1, 2]])
      await two.ended(1)
      expect(two.keys('end', 'done')).toHaveLength(1)
    })

    it('is not shared by those of different versions, and both are told', async ({ room }) => {
      await room.server()
      const redis = room.client()
      const notice = { release: 'chiquito 9.9.9', queue: 'jobs-other', host: 'elsewhere', keys: [] }
      const renew = setInterval(async () => {
        for (const role of ['worker', 'asker']) {
          await redis.set(`chiquito:${role}:other`, JSON.stringify(notice), 'PX', 6000)
          await redis.sadd(`chiquito:${role}s`, 'other')
        }
      }, 200)
      room.onLeaving(() => clearInterval(renew))
      const { thrown } = await room.ask({ numbers: [1], size: 1 }).answer
      expect(thrown).toMatchObject({ code: 'usage' })
      expect(thrown?.message).toMatch(/here chiquito \d.*; there chiquito 9\.9\.9 \(on elsewhere\)/)
      const one = await room.worker()
      await one.program.until(() =>
        /does none of its jobs: here chiquito \d.*; there chiquito 9/.test(one.program.stderr),
      )
    })

    it('says when a worker sees another store, and goes on once one sees the right one', async ({ room }) => {
      await room.server()
      const blind = await room.begun(['--queue', room.queue, '--store', `${room.store}-other`]).ready()
      const asked = room.ask({ numbers: upTo(3), size: 1 })
      await asked.program.until(() => asked.program.stderr.includes('does not find the jobs'))
      await blind.program.until(() => blind.program.stderr.includes('Both must name the same folder'))
      await blind.program.stop()
      await room.worker()
      expect((await asked.answer).values).toEqual(doubles(upTo(3)))
    })

    it('leaves jobs that fail for want of a disk to workers that have one, and fails them where none has', async ({
      room,
    }) => {
      await room.server()
      const words = ['--queue', room.queue, '--store', room.store]
      const without = () => room.begun(words, { LACKS_DISK: '1' }).ready()
      const [one, good] = await Promise.all([without(), room.worker()])
      // Twice as long as it takes to try a job five times.
      const told = await room.ask({ numbers: upTo(45), size: 1, ms: 300 }).answer
      expect(told.failures).toEqual([])
      expect(told.values).toEqual(doubles(upTo(45)))
      expect(one.keys('end', 'failed').length).toBeGreaterThan(0)
      expect(one.program.stderr).toMatch(/waits after each, so that they get them/)
      await good.program.stop()
      expect(await one.program.stop('SIGINT')).toBe(130)
      await Promise.all([without(), without()])
      const { failures } = await room.ask({ numbers: [100, 101, 102], size: 1 }).answer
      expect(failures).toEqual(Array(3).fill({ code: 'io', message: 'There is no disk here.' }))
    })

    it('does not blame a photo for a worker whose processes die of each', async ({ room }) => {
      await room.server()
      const words = ['--queue', room.queue, '--store', room.store]
      const [one] = await Promise.all([room.begun(words, { LACKS_MEMORY: '1' }).ready(), room.worker()])
      const told = await room.ask({ numbers: upTo(30), size: 1, ms: 300 }).answer
      expect(told.failures).toEqual([])
      expect(told.values).toEqual(doubles(upTo(30)))
      expect(one.keys('end', 'died').length).toBeGreaterThan(0)
    })

    it('is not led astray by what strangers put into Redis', async ({ room }) => {
      await room.server()
      const one = await room.worker()
      const redis = room.client()
      expect((await room.ask({ numbers: [1], size: 1 }).answer).values).toEqual([[1, 2]])
      const [meta] = await redis.keys('chiquito:jobs-*:meta')
      const name = meta.slice(0, -':meta'.length)
      const plant = async (id: string, data: string) => {
        await redis.hset(
          `${name}:${id}`,
          'name',
          'job',
          'data',
          data,
          'opts',
          '{}',
          'timestamp',
          '1',
          'delay',
          '0',
          'priority',
          '0',
        )
        await redis.lpush(`${name}:wait`, id)
        await redis.zadd(`${name}:marker`, 0, '0')
      }
      const key = 'a'.repeat(64)
      await plant('no-reference', '{"key":"../../etc/passwd","store":"file:///etc"}')
      await plant('broken', '{"key":')
      await plant(key, JSON.stringify({ key, store: 'file:///etc' }))
      await redis.xadd(`${name}:events`, '*', 'event', 'completed', 'jobId', key, 'returnvalue', '{broken')
      await redis.set('chiquito:asker:liar', `{"release":"\u001b[31m","queue":"x","host":"y","keys":[]}`)
      await redis.sadd('chiquito:askers', 'liar')
      expect((await room.ask({ numbers: [2], size: 1 }).answer).values).toEqual([[2, 4]])
      while ((await redis.exists(`${name}:no-reference`, `${name}:broken`, `${name}:${key}`)) > 0)
        await pause(200)
      expect(one.program.process.exitCode).toBeNull()
      expect(one.program.stderr).not.toContain('\u001b[31m')
    })
  },
)

describe.skipIf(!redisProgram)(
  'a password of the queue (skipped where there is no server to ask for it)',
  { concurrent: true },
  () => {
    const secret = 'pa55word-of-the-queue'

    it('lets in who has it, also from the environment, and is never shown', async ({ room }) => {
      await room.server(['--requirepass', secret])
      const open = `redis://:${secret}@127.0.0.1:${room.port}`
      const one = await room.begun(['--store', room.store], { CHIQUITO_QUEUE: open }).ready()
      const asked = room.ask({ numbers: [1], size: 1 }, { CHIQUITO_QUEUE: open })
      expect((await asked.answer).values).toEqual([[1, 2]])
      for (const { stdout, stderr } of [one.program, asked.program])
        expect(stdout + stderr).not.toContain(secret)
      expect(one.program.stdout).toContain(`"queue":"redis://127.0.0.1:${room.port}/0"`)
    })

    it.for<readonly [string, (port: number) => string, string]>([
      ['a wrong one', port => `redis://:${secret}x@127.0.0.1:${port}`, 'refuses this user or password'],
      ['none', port => `redis://127.0.0.1:${port}`, 'wants a password, redis:'],
      ['one in an address that is none', () => `redis://:${secret}@`, '--queue must be the address of'],
      ['TLS, which is not spoken', port => `rediss://:${secret}@127.0.0.1:${port}`, 'Cannot '],
      [
        'another database than there is',
        port => `redis://:${secret}@127.0.0.1:${port}/99`,
        'no database of this number',
      ],
    ])('is refused: %s', async ([, address, reason], { room }) => {
      await room.server(['--requirepass', secret])
      const told = await chiquito(
        ['worker', '--queue', address(room.port), '--store', room.store, '--json'],
        {
          env: { CHIQUITO_DEBUG: '1' },
        },
      )
      expect(told.stderr).toContain(reason)
      expect(told.stdout + told.stderr).not.toContain(secret)
      expect(told.status).not.toBe(0)
    })

    it('is not repeated where an option is given twice, or as a word too many', async () => {
      const address = `redis://:${secret}@127.0.0.1:1`
      for (const words of [['--queue', `${address}0`, '--queue', address], [address]]) {
        const told = await chiquito(['worker', ...words])
        expect(told.stdout + told.stderr).not.toContain(secret)
        expect(told.status).toBe(2)
      }
    })
  },
)
