import type { Job } from './api/jobs.js'

/** What pages ask for again when it has changed. */
export const topics = ['photos', 'findings', 'jobs', 'runs'] as const
export type Topic = (typeof topics)[number]

/** What pages are told without asking. */
export type Told =
  | { readonly event: 'change'; readonly data: { readonly topic: Topic; readonly version: number } }
  | { readonly event: 'job'; readonly data: Job }

/** Says to every open page what has changed, so that all of them show the same. */
export class Changes {
  private readonly listeners = new Set<(told: Told) => void>()
  private readonly versions = new Map<Topic, number>()
  private pages = 0

  /** What depends on this topic is to be asked for again. */
  tell(topic: Topic): void {
    const version = this.version(topic) + 1
    this.versions.set(topic, version)
    this.send({ event: 'change', data: { topic, version } })
  }

  /** How a job stands now. */
  tellJob(job: Job): void {
    this.send({ event: 'job', data: job })
  }

  version(topic: Topic): number {
    return this.versions.get(topic) ?? 0
  }

  /** @returns what ends the listening */
  listen(listener: (told: Told) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** The same for an open page. */
  listenAsPage(listener: (told: Told) => void): () => void {
    this.pages++
    const stop = this.listen(listener)
    let isOpen = true
    return () => {
      if (isOpen) this.pages--
      isOpen = false
      stop()
    }
  }

  /** Whether anybody looks. */
  get hasPages(): boolean {
    return this.pages > 0
  }

  private send(told: Told): void {
    for (const listener of this.listeners) listener(told)
  }
}
