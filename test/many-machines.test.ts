// Work of others over TLS, with a password, and a store in S3, as machines that have no disk in common do it.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { freePort } from './support/free-port.js'
import { canSign, selfSigned } from './support/queue/certificate.js'
import { ask, Program, redisProgram, startRedis, WorkerProgram } from './support/queue/programs.js'
import { BUCKET, s3Environment, startS3 } from './support/s3/programs.js'

const folder = suiteFolder()
const store = `s3://${BUCKET}/team/work`
/** Signs that mean something in an address, too. */
const password = 'pa/55@word:of-the-queue'
const secret = encodeURIComponent(password)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const doubles = (numbers: readonly number[]) => numbers.map(number => [number, 2 * number])

let port = 0
let plainPort = 0
let s3Port = 0
let s3: Program
let redis: Program
let trusted: Readonly<Record<string, string>> = {}
let ca = ''
const queue = () => `rediss://127.0.0.1:${port}`

function worker(...words: string[]): Promise<WorkerProgram> {
  const started = new WorkerProgram(['--store', store, ...words], trusted)
  onTestFinished(() => void started.program.process.kill('SIGKILL'))
  return started.ready()
}

/** All that lies in Redis, as text. */
async function held(): Promise<string> {
  const redis = new Redis({ host: '127.0.0.1', port, password, tls: { ca: readFileSync(ca) } })
  const parts: unknown[] = []
  for (const name of await redis.keys('*')) {
    const kind = await redis.type(name)
    parts.push(name)
    if (kind === 'string') parts.push(await redis.get(name))
    if (kind === 'hash') parts.push(await redis.hgetall(name))
    if (kind === 'stream') parts.push(await redis.xrange(name, '-', '+'))
    if (kind === 'zset') parts.push(await redis.zrange(name, 0, -1))
    if (kind === 'set') parts.push(await redis.smembers(name))
  }
  redis.disconnect()
  return JSON.stringify(parts)
}

describe.skipIf(!redisProgram || !canSign)(
  'machines that share a queue over TLS and a bucket (skipped without redis-server or openssl)',
  () => {
    beforeAll(async () => {
      const { certificate, key } = selfSigned(folder, 'queue', 'IP:127.0.0.1')
      ca = certificate
      port = await freePort()
      plainPort = await freePort()
      redis = await startRedis(folder, plainPort, [
        ...['--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key],
        ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no', '--requirepass', password],
      ])
      s3Port = await freePort()
      s3 = await startS3(path.join(folder, 'held'), s3Port)
      trusted = {
        ...s3Environment(s3Port),
        NODE_EXTRA_CA_CERTS: certificate,
        CHIQUITO_QUEUE: `rediss://default:${secret}@127.0.0.1:${port}`,
      }
    })
    afterAll(async () => {
      await s3.stop('SIGKILL')
      await redis.stop('SIGKILL')
    })

    it('get all done though bucket and workers are killed meanwhile, for two who ask at once, and show no secret', async () => {
      const [first, second] = await Promise.all([worker(), worker()])
      const until = path.join(folder, 'go on')
      const question = { queue: queue(), store, size: 1, ms: 100, held: { butFirst: 6, until }, isHeld: true }
      const asked = [12, 16].map(count => ask({ ...question, numbers: upTo(count) }, trusted))
      // Whoever cannot reach the store at first does not wait for it.
      await Promise.all(asked.map(({ program }) => program.until(() => program.stderr.includes('held'))))
      for (const { program } of asked) program.process.kill('SIGUSR2')
      // Some are done, and both are at work.
      await expect.poll(() => [first, second].flatMap(one => one.keys('end')).length).toBeGreaterThan(2)
      for (const one of [first, second])
        await expect.poll(() => one.keys('start').length - one.keys('end').length).toBeGreaterThan(0)
      await s3.stop('SIGKILL')
      await first.program.stop('SIGKILL')
      writeFileSync(until, '')
      await second.program.until(() => second.program.stderr.includes(`The store ${store} at`))
      const seen = await held()
      s3 = await startS3(path.join(folder, 'held'), s3Port)
      const third = await worker()
      const told = await Promise.all(asked.map(({ answer }) => answer))
      expect(told.map(({ values }) => values)).toEqual([doubles(upTo(12)), doubles(upTo(16))])
      for (const { stdout, stderr } of [first, second, third]
        .map(one => one.program)
        .concat(asked.map(a => a.program)))
        for (const text of [stdout, stderr])
          for (const hidden of [password, secret, 'S3RVER']) expect(text).not.toContain(hidden)
      expect(seen).toContain(store)
      for (const hidden of [password, secret, 'S3RVER']) expect(seen).not.toContain(hidden)
    })

    it('say what is wrong with queue or store, and nothing secret', async () => {
      const { certificate: stranger } = selfSigned(folder, 'stranger', 'IP:127.0.0.1')
      const at = `127.0.0.1:${port}`
      const cases: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
        [`rediss://:${secret}x@${at}`, trusted, /it refuses this user or password/],
        [
          `rediss://:${secret}@${at}`,
          { ...trusted, NODE_EXTRA_CA_CERTS: stranger },
          /certificate is not trusted here/,
        ],
        [`rediss://:${secret}@localhost:${port}`, trusted, /certificate is for another host/],
        [
          `rediss://:${secret}@127.0.0.1:${plainPort}`,
          trusted,
          /Where it does not speak TLS, name it with redis:/,
        ],
        [`redis://:${secret}@${at}`, trusted, /Where it speaks TLS only, name it with rediss:/],
        [
          `rediss://:${secret}@${at}`,
          { ...trusted, AWS_SECRET_ACCESS_KEY: 'hush-hush' },
          /the secret key is wrong/,
        ],
      ]
      // A folder each: this server takes one away as soon as it is empty, also from under whoever just writes there.
      const told = await Promise.all(
        cases.map(([address, env], i) => {
          const one = new WorkerProgram(['--queue', address, '--store', `${store}/${i}`], {
            ...env,
            CHIQUITO_QUEUE: '',
          })
          onTestFinished(() => void one.program.process.kill('SIGKILL'))
          return one.program.ended.then(status => ({ status, ...one.program }))
        }),
      )
      for (const [i, { status, stdout, stderr }] of told.entries()) {
        expect(stdout + stderr).toMatch(cases[i][2])
        for (const hidden of [password, secret, 'hush-hush', 'S3RVER'])
          expect(stdout + stderr).not.toContain(hidden)
        expect([1, 2]).toContain(status)
      }
    })

    it('do not leave a password in the list of processes', async () => {
      const address = `rediss://:${secret}@127.0.0.1:${port}`
      const words = await new Promise<string>((resolve, reject) => {
        chiquito(['worker', '--queue', address, '--store', store, '--json'], {
          env: trusted,
          started: child => {
            const one = new Program(child, 'worker')
            const seen = () => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')
            one
              .until(() => one.stdout.includes('"ready"'))
              .then(() => resolve(seen()), reject)
              .finally(() => child.kill('SIGKILL'))
          },
        }).catch(reject)
      })
      expect(words).toContain('chiquito')
      expect(words).not.toContain(secret)
    })

    it('are refused where the store is not named as one', async () => {
      const told = await chiquito(['worker', '--queue', queue(), '--store', 's3://KEY:hush@bucket/a'])
      expect([told.status, told.stderr]).toEqual([2, expect.stringMatching(/named s3:\/\/BUCKET\/FOLDER/)])
      expect(told.stderr).not.toContain('hush')
    })
  },
)
