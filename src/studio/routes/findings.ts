import { readJournal } from '../../files/index.js'
import type { FindingsAnswer } from '../api/findings.js'
import { json } from '../http/index.js'
import { findingsNow, keepFindings, readFindings, shelfOf } from '../photos/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** What the doctor found last: kept when its job is done, and told as far as it still stands. */
export function findingsRoutes(app: StudioApp, studio: Studio): void {
  const { workspace, jobs, changes, notice } = studio
  const kept = new Set<string>()
  jobs.onChange(job => {
    if (job.kind !== 'doctor' || job.state !== 'done' || kept.has(job.id)) return
    kept.add(job.id)
    const times = { started: job.started, at: job.ended ?? new Date().toISOString() }
    shelfOf(studio)
      .list()
      .then(listing => keepFindings(workspace.home, job.result, times, listing))
      .then(() => changes.tell('findings'))
      .catch(error => notice(`What the doctor found could not be kept: ${String(error.message)}`))
  })
  app.get('/api/findings', async () => json(await findingsAnswer(studio)))
}

async function findingsAnswer(studio: Studio): Promise<FindingsAnswer> {
  const record = await readFindings(studio.workspace.home)
  if (record === undefined) return { looked: null }
  const listing = await shelfOf(studio).list()
  const operations = (await readJournal(listing.folder))?.history.operations ?? []
  return { looked: findingsNow(record, listing, operations) }
}
