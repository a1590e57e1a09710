import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Job } from '../../src/studio/api/jobs.js'
import type { Topic } from '../../src/studio/changes.js'

let isLive = false
const watchers = new Set<() => void>()

function setLive(live: boolean): void {
  isLive = live
  for (const watcher of watchers) watcher()
}

/** Whether the server tells what changes; false while it cannot be reached. */
export function useIsLive(): boolean {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => isLive,
  )
}

/** Hears what changes and asks for it again: what each query's key begins with is its topic. */
export function listenToChanges(client: QueryClient): () => void {
  const versions = new Map<Topic, number>()
  const source = new EventSource('/api/events')
  let wasLost = false
  source.addEventListener('open', () => {
    setLive(true)
    // Whatever changed meanwhile was not told.
    if (wasLost) void client.invalidateQueries()
    wasLost = false
  })
  source.addEventListener('error', () => {
    wasLost = true
    setLive(false)
  })
  source.addEventListener('change', ({ data }) => {
    const { topic, version }: { topic: Topic; version: number } = JSON.parse(data)
    const before = versions.get(topic)
    versions.set(topic, version)
    if (before === undefined || before === version) return
    void client.invalidateQueries({ queryKey: [topic] })
    void client.invalidateQueries({ queryKey: ['state'] })
  })
  source.addEventListener('job', ({ data }) => {
    const job: Job = JSON.parse(data)
    client.setQueryData<readonly Job[]>(['jobs'], jobs => withJob(jobs, job))
  })
  return () => source.close()
}

/** The list with a job as it stands now, newest first. */
function withJob(jobs: readonly Job[] | undefined, job: Job): readonly Job[] | undefined {
  if (jobs === undefined) return undefined
  return jobs.some(({ id }) => id === job.id)
    ? jobs.map(one => (one.id === job.id ? job : one))
    : [job, ...jobs]
}
