import { topics } from '../changes.js'
import { eventStream } from '../http/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** What changes, as it changes; at the beginning how often each topic has changed. */
export function eventsRoutes(app: StudioApp, { changes, signal }: Studio): void {
  app.get('/api/events', () =>
    eventStream(signal, send => {
      for (const topic of topics) send('change', { topic, version: changes.version(topic) })
      return changes.listenAsPage(({ event, data }) => send(event, data))
    }),
  )
}
