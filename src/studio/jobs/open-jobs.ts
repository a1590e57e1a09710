import type { JobState } from '../api/jobs.js'
import type { Changes } from '../changes.js'
import type { Places } from '../runs/index.js'
import { Jobs } from './jobs.js'
import { kindNamed } from './kinds/index.js'

/**
 * Opens the jobs of a workspace, and tells pages how each stands, and what it has changed when it began and when it is over.
 *
 * @throws `io` where another studio has the workspace open
 */
export async function openJobs(places: Places, changes: Changes): Promise<Jobs> {
  const jobs = await Jobs.open(places)
  const states = new Map<string, JobState>()
  jobs.onChange(job => {
    changes.tellJob(job)
    if (states.get(job.id) === job.state) return
    states.set(job.id, job.state)
    for (const topic of kindNamed(job.kind).changes) changes.tell(topic)
  })
  return jobs
}
