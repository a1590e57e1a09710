// A kind of job for tests of the queue: doubles numbers, as slowly as asked, and dies at one of them, leaving a file.
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { ChiquitoError, throwIfAborted } from '../../../dist/core/index.js'
import { jobKind } from '../../../dist/jobs/index.js'

const encode = value => new TextEncoder().encode(JSON.stringify(value))
const decode = bytes => JSON.parse(new TextDecoder().decode(bytes))

const doubled = () =>
  jobKind({
    name: 'doubled',
    revision: 1,
    asked: z.strictObject({
      numbers: z.array(z.number()),
      ms: z.number(),
      deadly: z.number().optional(),
      refused: z.number().optional(),
      held: z.strictObject({ butFirst: z.number(), until: z.string() }).optional(),
    }),
    place: z.null(),
    async perform({ numbers, ms, deadly, refused, held }, _place, { signal }) {
      if (numbers.includes(deadly)) {
        writeFileSync(join(tmpdir(), 'fetched'), 'a private photo')
        process.kill(process.pid, 'SIGKILL')
      }
      if (process.env.LACKS_MEMORY) process.kill(process.pid, 'SIGKILL')
      if (process.env.LACKS_DISK) throw new ChiquitoError('io', 'There is no disk here.')
      if (numbers.includes(refused)) throw new ChiquitoError('data', `${refused} is not to be doubled.`)
      const isHeld = held !== undefined && !isFirst(held)
      do await pause(ms, undefined, { signal }).catch(() => throwIfAborted(signal))
      while (isHeld && !existsSync(held.until))
      return encode(numbers.map(number => [number, 2 * number]))
    },
    division: {
      parts: ({ numbers, ...asked }) => {
        const half = numbers.length >> 1
        const part = some => ({ asked: { ...asked, numbers: some }, place: null })
        return half === 0 ? [] : [part(numbers.slice(0, half)), part(numbers.slice(half))]
      },
      join: (_asked, results) => encode(results.flatMap(decode)),
      setAside: ({ numbers: [number] }, reason) => encode([[number, reason]]),
    },
  })

/** Whether a job is one of the first to begin, of all workers. */
function isFirst({ butFirst, until }) {
  for (let i = 0; i < butFirst; i++)
    try {
      writeFileSync(`${until}.${i}`, '', { flag: 'wx' })
      return true
    } catch {
      // Another was there before.
    }
  return false
}

/** Takes a while, says how far it is, and cannot be divided. */
const counted = () =>
  jobKind({
    name: 'counted',
    revision: 1,
    asked: z.strictObject({ numbers: z.array(z.number()), ms: z.number() }),
    place: z.null(),
    async perform({ numbers, ms }, _place, { progress, signal }) {
      for (let done = 0; done <= 10; done++) {
        progress?.({ kind: 'advance', task: 'counting', done, total: 10 })
        await pause(ms / 10, undefined, { signal }).catch(() => throwIfAborted(signal))
      }
      return encode(numbers.map(number => [number, 2 * number]))
    },
  })

export const jobKinds = { doubled: async () => doubled(), counted: async () => counted() }
