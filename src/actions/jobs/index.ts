import type { JobKindTable } from '../../jobs/index.js'

/** The kinds of jobs that there are, each loaded when one of its jobs is done: on this machine, a thread or a worker. */
export const jobKinds: JobKindTable = {}
