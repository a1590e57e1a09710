import { useSyncExternalStore } from 'react'
import type { Job } from '../../src/studio/api/jobs.js'
import type { Topic } from '../../src/studio/changes.js'
import { ask } from './client.js'
import { hearJob, queryClient } from './queries.js'

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

/** Whether it is so at this moment. */
export function isLiveNow(): boolean {
  return isLive
}

/** Between two tries where the server refuses the stream: browsers then try no more. */
const AGAIN_MS = 2000

/**
 * Hears what changes and asks for it again: what each query's key begins with is its topic. While nobody sees the page it does not listen:
 * a browser has six connections to a server, for all of its tabs together, and each stream keeps one.
 */
export function listenToChanges(): () => void {
  const versions = new Map<Topic, number>()
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let wasLost = false
  const close = () => {
    clearTimeout(again)
    source?.close()
    source = undefined
  }
  const lost = () => {
    wasLost = true
    setLive(false)
    if (source?.readyState !== EventSource.CLOSED) return
    close()
    again = setTimeout(open, AGAIN_MS)
    // Says whether it is for its token that this page is refused.
    void ask('/api/session', { method: 'POST' }).catch(() => undefined)
  }
  const open = () => {
    source = new EventSource('/api/events')
    source.addEventListener('open', () => {
      setLive(true)
      // Whatever changed meanwhile was not told.
      if (wasLost) void queryClient.invalidateQueries()
      wasLost = false
    })
    source.addEventListener('error', lost)
    source.addEventListener('change', ({ data }) => {
      const { topic, version }: { topic: Topic; version: number } = JSON.parse(data)
      const before = versions.get(topic)
      versions.set(topic, version)
      if (before === undefined || before === version) return
      void queryClient.invalidateQueries({ queryKey: [topic] })
      void queryClient.invalidateQueries({ queryKey: ['state'] })
    })
    source.addEventListener('job', ({ data }) => {
      const job: Job = JSON.parse(data)
      hearJob(job)
    })
  }
  const seen = () => {
    if (document.hidden) return close()
    if (source !== undefined) return
    open()
    void queryClient.invalidateQueries({ queryKey: ['jobs'] })
  }
  document.addEventListener('visibilitychange', seen)
  if (!document.hidden) open()
  return () => {
    document.removeEventListener('visibilitychange', seen)
    close()
    setLive(false)
  }
}
