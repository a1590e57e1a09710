import { failureOf, type ProgressEvent } from '../../core/index.js'
import { waitForLock } from '../../files/index.js'
import { workOf } from './kinds/index.js'
import type { Assignment, FromChild, ToChild } from './messages.js'
import { Listener } from './told.js'

// Forked for one job each: the page's server answers while this computes, and a kill of either leaves the other's files whole.

/** Between two tellings: a page shows no more, and photos are read by the thousand. */
const TELL_MS = 100

/** Whoever has lost the studio ends by itself; where the runtime keeps the thread for longer, what is on disk can be gone on with all the same. */
const ENDING_MS = 20_000

const controller = new AbortController()
const listener = new Listener()
let timer: NodeJS.Timeout | undefined

function send(message: FromChild): Promise<void> {
  return new Promise(resolve => {
    if (process.send === undefined || !process.connected) return resolve()
    process.send(message, () => resolve())
  })
}

function tellSoon(): void {
  timer ??= setTimeout(() => {
    timer = undefined
    void send({ say: 'told', told: listener.told })
  }, TELL_MS)
}

async function work({ kind, options, places, isResumed, lock }: Assignment): Promise<FromChild> {
  const { signal } = controller
  const progress = (event: ProgressEvent) => {
    listener.hear(event)
    tellSoon()
  }
  try {
    // One whose studio was killed may still be ending.
    const release = await waitForLock(lock, 'this job', { progress, signal })
    const run = await workOf(kind)
    const result = await run(options, places, { isResumed, signal, progress })
    release()
    return { say: 'done', told: listener.told, result }
  } catch (error) {
    return { say: 'failed', told: listener.told, failure: failureOf(error) }
  }
}

function stop(): void {
  controller.abort()
}

process.on('message', async (message: ToChild) => {
  if (message.say === 'stop') return stop()
  const end = await work(message.assignment)
  clearTimeout(timer)
  await send(end)
  process.exit(0)
})
process.on('disconnect', () => {
  stop()
  setTimeout(() => process.exit(1), ENDING_MS).unref()
})
// A terminal's Ctrl-C is the server's business: it says what is to be done.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop)
