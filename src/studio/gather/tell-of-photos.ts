import { gatheringKinds, type Job } from '../api/jobs.js'
import type { Changes } from '../changes.js'
import type { Jobs } from '../jobs/index.js'

/** Pages ask for the whole list again: of ten thousand photos that is a megabyte. */
const TELL_MS = 2000

/** Has pages show photos as jobs bring them, and not only at the end. */
export function tellOfPhotos(jobs: Jobs, changes: Changes): void {
  let last = 0
  jobs.onChange(job => {
    const now = performance.now()
    if (!bringsPhotos(job) || now - last < TELL_MS) return
    last = now
    changes.tell('photos')
  })
}

function bringsPhotos({ kind, state }: Job): boolean {
  return state === 'running' && gatheringKinds.some(one => one === kind)
}
