import type { Progress } from '../core/index.js'
import { ShownEstimate } from './estimate.js'

/** A line at most so often, so that a log of an hour's work is still read by someone. */
const quietMilliseconds = 2000

/** And only when this much of the task was done since the last line. */
const quietShare = 0.1

interface Task {
  readonly started: number
  lastLine: number
  lastShare: number
}

/**
 * Progress as plain lines, for files, pipes and logs: each task's start and end, and between them about every tenth. How long all takes
 * still is said as soon as it is known, and then with other lines.
 *
 * @param now - milliseconds, of any origin
 */
export function progressLines(print: (line: string) => void, now: () => number): Progress {
  const tasks = new Map<string, Task>()
  const estimate = new ShownEstimate(now)
  let lastEstimate: number | undefined
  /** What the whole work takes still; nothing where that was said just now, or is not known. */
  const toGo = (pause: number): string[] => {
    if (lastEstimate !== undefined && now() - lastEstimate < pause) return []
    const words = estimate.words.slice(0, 1)
    if (words.length > 0) lastEstimate = now()
    return words
  }
  const begin = (name: string, total?: number): Task => {
    const task = { started: now(), lastLine: now(), lastShare: 0 }
    tasks.set(name, task)
    const first = total === undefined || total === 1 ? `${name} …` : `${name} … (${total})`
    print([first, ...toGo(quietMilliseconds)].join(', '))
    return task
  }
  return event => {
    if (event.kind === 'notice') return print(event.message)
    if (event.kind === 'estimate') {
      estimate.take(event)
      if (lastEstimate === undefined) for (const words of toGo(0)) print(sentence(words))
      return
    }
    if (event.kind === 'start') return void begin(event.task, event.total)
    const task = tasks.get(event.task) ?? begin(event.task)
    if (event.kind === 'end') {
      tasks.delete(event.task)
      return print(`${event.task}: ${finished(now() - task.started, event.note)}`)
    }
    const share = event.total > 0 ? event.done / event.total : 0
    const soon = now() - task.lastLine < quietMilliseconds || share - task.lastShare < quietShare
    if (soon || event.done >= event.total) return
    task.lastLine = now()
    task.lastShare = share
    const note = [event.note, ...toGo(0)].flatMap(text => (text ? [`, ${text}`] : [])).join('')
    const percent = `${Math.round(share * 100)} %`
    // A task without pieces to count tells its share alone.
    if (event.total === 1) return print(`${event.task}: ${percent}${note}`)
    const done = event.unit === 'bytes' ? megabytes(event.done) : pieces(event.done)
    const total = event.unit === 'bytes' ? `${megabytes(event.total)} MB` : event.total
    print(`${event.task}: ${done} of ${total} (${percent})${note}`)
  }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

/** How a task's end reads: what it had to say and how long it took. */
export function finished(milliseconds: number, note: string | undefined): string {
  const took = duration(milliseconds / 1000)
  return note ? `${note} (${took})` : `done (${took})`
}

/** Whole pieces that are done: a piece in hand shows in the share alone. */
export function pieces(done: number): string {
  return String(Math.floor(done))
}

/** Millions of bytes with one decimal: 87.3. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

/** 0.4 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
