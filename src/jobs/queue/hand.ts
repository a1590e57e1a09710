import { rmSync } from 'node:fs'
import { ChiquitoError, failureOf, type Progress } from '../../core/index.js'
import { type Job, type JobKind, jobKey } from '../job.js'
import { JobKinds, type JobKindTable } from '../kinds.js'
import { compute } from '../perform.js'
import { getJob, hasJob, hasResult } from '../results.js'
import { type BlobStore, openStore } from '../store/index.js'
import type { FromHand, HandStart, ToHand } from './hand-messages.js'
import { stepTeller } from './steps.js'

// A process that does one job after another for a worker: what takes it down, leaves the worker standing.

const start: HandStart = JSON.parse(process.argv[2])
const module: { readonly jobKinds: JobKindTable } = await import(start.kinds)
const kinds = new JobKinds(module.jobKinds)
// Standard error is the worker's.
const progress: Progress = event => {
  if (event.kind === 'notice') console.error(event.message)
}
const stores = await Promise.all(start.stores.map(store => openStore(store, { progress })))
let controller = new AbortController()

function tell(message: FromHand): void {
  process.send?.(message)
}

async function done(key: string, address: string): Promise<FromHand> {
  for (const store of inOrderFor(address)) {
    // Asked first: once it is there, whoever asked takes the job out of the store.
    if (await hasResult(store, key)) return { say: 'done', performed: { key, isRecalled: true } }
    if (!(await hasJob(store, key))) continue
    const job = await getJob(store, key)
    const kind = await kindOf(key, job)
    tell({ say: 'began', kind: job.kind })
    const { signal } = controller
    const steps = stepTeller(step => tell({ say: 'step', step }))
    const context = { store, signal, progress: steps, threads: start.threads }
    return { say: 'done', performed: await compute(job, key, kind, context) }
  }
  return { say: 'unseen' }
}

/** The one that whoever asked named, then the others: it may be called otherwise on this machine. */
function inOrderFor(address: string): BlobStore[] {
  return stores.toSorted((a, b) => Number(b.address === address) - Number(a.address === address))
}

/** @throws `usage` where the job that lies there is not the one that was named */
async function kindOf(key: string, job: Job): Promise<JobKind> {
  const kind = await kinds.named(job.kind)
  if (jobKey(job, kind) === key) return kind
  throw new ChiquitoError('usage', `What lies in the store as the job ${key} is another one.`)
}

process.on('message', (message: ToHand) => {
  if (message.say === 'stop') return controller.abort()
  controller = new AbortController()
  done(message.key, message.store)
    .catch((error: unknown): FromHand => ({ say: 'failed', failure: failureOf(error) }))
    .then(tell)
})
// A worker that was killed does not clear it away.
process.once('exit', () => rmSync(start.folder, { recursive: true, force: true }))
// Without its worker nobody wants what it does.
process.on('disconnect', () => process.exit())
tell({ say: 'ready' })
