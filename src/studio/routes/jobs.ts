import { json } from '../http/index.js'
import type { Studio, StudioApp } from '../studio.js'

export function jobsRoutes(app: StudioApp, { jobs }: Studio): void {
  app.get('/api/jobs', () => json({ jobs: jobs.list() }))
}
