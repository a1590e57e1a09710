import { appendFileSync } from 'node:fs'
import { jobKinds as ours } from '../../src/actions/jobs/kinds.js'
import { type JobKind, type JobKindTable, jobKey } from '../../src/jobs/index.js'

const { CHIQUITO_BENCH_LOG: log, CHIQUITO_BENCH_WORKER: worker } = process.env

/** Our kinds of jobs, which write down each time that one is begun: its key, and who does it. */
export const jobKinds: JobKindTable = Object.fromEntries(
  Object.entries(ours).map(([name, make]) => [name, async () => counted(await make())]),
)

/** This module as it is built, for other processes. */
export const countedJobs = new URL(import.meta.url)

function counted(kind: JobKind): JobKind {
  return {
    ...kind,
    perform(job, context) {
      // One write of a line: several processes may append at once.
      if (log !== undefined) appendFileSync(log, `${jobKey(job, kind)} ${worker}\n`)
      return kind.perform(job, context)
    },
  }
}
