import { readJournal } from '../../files/index.js'
import type { FindingsAnswer } from '../api/findings.js'
import { json } from '../http/index.js'
import { findingsNow, readFindings, shelfOf } from '../photos/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** What the doctor found last, as far as it still stands. */
export function findingsRoutes(app: StudioApp, studio: Studio): void {
  app.get('/api/findings', async () => json(await findingsAnswer(studio)))
}

async function findingsAnswer(studio: Studio): Promise<FindingsAnswer> {
  const record = await readFindings(studio.workspace.home)
  if (record === undefined) return { looked: null }
  const listing = await shelfOf(studio).glance()
  const operations = (await readJournal(listing.folder))?.history.operations ?? []
  return { looked: findingsNow(record, listing, operations) }
}
