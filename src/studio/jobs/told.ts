import type { ProgressEvent } from '../../core/index.js'
import type { Job, TaskProgress } from '../api/jobs.js'

/** What is kept of notices: more would be read by nobody, and every change of the job carries them. */
const MOST_NOTICES = 50
/** Tasks that are shown: work with a task for each photo must not grow without end. */
const MOST_TASKS = 20

/** What progress events come to. */
export type Told = Pick<Job, 'progress' | 'secondsLeft' | 'perhaps' | 'notices'>

export const nothingTold: Told = { progress: [], secondsLeft: null, perhaps: null, notices: [] }

/** Hears the progress of some work, and tells at any moment how far it is. */
export class Listener {
  private readonly tasks = new Map<string, TaskProgress>()
  private readonly notices: string[] = []
  private estimate: Pick<Told, 'secondsLeft' | 'perhaps'> = { secondsLeft: null, perhaps: null }

  hear(event: ProgressEvent): void {
    switch (event.kind) {
      case 'start':
        this.put({ ...begun(event.task), total: event.total ?? null })
        return
      case 'advance': {
        const { task, done, total, unit = null, note = null } = event
        this.put({ task, done, total, unit, note })
        return
      }
      case 'end': {
        const last = this.tasks.get(event.task) ?? begun(event.task)
        const all = last.total ?? Math.max(last.done, 1)
        this.put({ ...last, done: all, total: all, note: event.note ?? last.note })
        return
      }
      case 'estimate':
        this.estimate = { secondsLeft: Math.max(0, event.seconds), perhaps: event.perhaps ?? null }
        return
      case 'notice':
        if (event.isRoutine || this.notices.includes(event.message)) return
        if (this.notices.length < MOST_NOTICES) this.notices.push(event.message)
    }
  }

  get told(): Told {
    return { progress: [...this.tasks.values()], ...this.estimate, notices: [...this.notices] }
  }

  private put(task: TaskProgress): void {
    this.tasks.set(task.task, task)
    if (this.tasks.size <= MOST_TASKS) return
    for (const name of this.tasks.keys()) {
      this.tasks.delete(name)
      return
    }
  }
}

function begun(task: string): TaskProgress {
  return { task, done: 0, total: null, unit: null, note: null }
}
