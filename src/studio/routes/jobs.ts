import { ProblemError } from '../../serve/index.js'
import { type Job, startJobSchema } from '../api/jobs.js'
import { askedJson, eventStream, json } from '../http/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** Long work: what there is, and what a person says about it. */
export function jobsRoutes(app: StudioApp, { jobs, changes, signal }: Studio): void {
  app.get('/api/jobs', () => json({ jobs: jobs.list(), damaged: jobs.damaged }))
  app.post('/api/jobs', async c => {
    const { kind, options } = await askedJson(c, startJobSchema)
    return json(await jobs.start(kind, options), 201)
  })
  app.post('/api/jobs/:id/stop', async c => json(await jobs.stop(known(c.req.param('id')))))
  app.post('/api/jobs/:id/resume', async c => json(await jobs.resume(known(c.req.param('id')))))
  app.post('/api/jobs/:id/discard', async c => {
    const id = known(c.req.param('id'))
    await jobs.discard(id)
    for (const topic of ['jobs', 'runs'] as const) changes.tell(topic)
    return json({ id })
  })
  app.get('/api/jobs/:id/events', c => {
    const id = known(c.req.param('id'))
    return eventStream(signal, send => {
      send('job', jobs.get(id))
      return jobs.onChange(job => {
        if (job.id === id) send('job', job)
      })
    })
  })

  /** @throws ProblemError `not-found` */
  function known(id: string): Job['id'] {
    if (jobs.get(id) !== undefined) return id
    throw new ProblemError('not-found', 'There is no such job. Load the page again.')
  }
}
