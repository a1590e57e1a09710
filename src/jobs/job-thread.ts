import { parentPort, workerData } from 'node:worker_threads'
import { failureOf } from '../core/index.js'
import { type Job, jobKey } from './job.js'
import { JobKinds, type JobKindTable } from './kinds.js'
import { perform } from './perform.js'
import { openStore } from './store/index.js'
import type { FromThread, ThreadData, ToThread } from './thread-messages.js'

// A thread that does one job after another.

const given: ThreadData = workerData
const controller = new AbortController()
const module: { readonly jobKinds: JobKindTable } = await import(given.kinds)
const kinds = new JobKinds(module.jobKinds)
const store = await openStore(given.store)

async function outcome(id: number, job: Job): Promise<FromThread> {
  const { signal } = controller
  const key = jobKey(job, await kinds.named(job.kind))
  try {
    return { id, key, performed: await perform(job, kinds, store, { signal, threads: given.threads }) }
  } catch (error) {
    return { id, key, failure: failureOf(error) }
  }
}

let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (message: ToThread) => {
  if (message.say === 'stop') return controller.abort()
  last = last.then(async () => {
    if (message.say === 'do') return parentPort?.postMessage(await outcome(message.id, message.job))
    await kinds.close()
    await store.close()
    parentPort?.close()
  })
})
