import { SingleBar } from 'cli-progress'
import type { Progress } from '../core/index.js'
import { ShownEstimate } from './estimate.js'
import { duration, finished, megabytes, pieces } from './progress-lines.js'
import type { Output } from './system.js'

/** No estimate before this: the first steps of a task say little about the others. */
const estimateAfterSeconds = 2

const barWidth = 16
/** And where there is little room beside it. */
const narrowBar = 8

/** Columns a task's name is padded to, so that bars of one command stand below each other. */
const nameWidth = 32

interface Task {
  readonly name: string
  readonly started: number
  done: number
  total: number | undefined
  unit: 'bytes' | undefined
  note: string | undefined
}

/**
 * Progress on a terminal: one live line for the task that moved last, above it a line for each that ended.
 *
 * @param now - milliseconds, of any origin
 * @returns `close` gives the terminal back as it was; call it however the work ends
 */
export function progressBars(stream: Output, now: () => number): { progress: Progress; close: () => void } {
  const tasks = new Map<string, Task>()
  let current: Task | undefined
  /** Once there was no room for a wide bar all are narrow: one that grows and shrinks would unsettle. */
  let widest: number = barWidth
  const liveLine = (task: Task, columns: number): string => {
    const { text, bar } = line(task, now(), columns, estimate.words, widest)
    if (bar !== undefined) widest = bar
    return text
  }
  const estimate = new ShownEstimate(now)
  const bar = new SingleBar({
    stream,
    format: (_options, params) => (current ? liveLine(current, params.maxWidth) : ''),
    hideCursor: true,
    clearOnComplete: true,
  })
  const hide = () => {
    bar.stop()
    current = undefined
  }
  const show = (task: Task) => {
    const live = current !== undefined
    current = task
    if (live) bar.update(task.done)
    else bar.start(1, 0)
  }
  const print = (text: string, next: Task | undefined) => {
    hide()
    stream.write(`${text}\n`)
    if (next) show(next)
  }
  const begin = (name: string, total: number | undefined): Task => {
    const task = { name, started: now(), done: 0, total, unit: undefined, note: undefined }
    tasks.set(name, task)
    return task
  }
  const progress: Progress = event => {
    if (event.kind === 'notice') return print(event.message, current)
    if (event.kind === 'estimate') return estimate.take(event)
    if (event.kind === 'start') return show(begin(event.task, event.total))
    const task = tasks.get(event.task) ?? begin(event.task, undefined)
    if (event.kind === 'advance') {
      task.done = event.done
      task.total = event.total
      task.unit = event.unit
      task.note = event.note
      return show(task)
    }
    tasks.delete(event.task)
    const text = `✓ ${event.task.padEnd(nameWidth)}  ${finished(now() - task.started, event.note)}`
    print(text, [...tasks.values()].at(-1))
  }
  return { progress, close: hide }
}

/**
 * One line of at most so many columns: the task, a bar, how far, how long still, what it has to say. Where that does not
 * fit, what it has to say is worth more than bar and time, and how long the whole work takes more than the bar.
 *
 * @param whole - how long the whole work takes still, in more and in fewer words; none where that is not known
 * @param widest - columns of the bar, at most; `bar` is what it has, where there is one
 */
function line(
  task: Task,
  now: number,
  columns: number,
  whole: readonly string[],
  widest: number,
): { readonly text: string; readonly bar?: number } {
  const { name, done, total = 0, unit, note } = task
  const counts = total > 0 ? [counted(done, total, unit)] : []
  const said = note ? [note] : []
  const first = `  ${name.padEnd(nameWidth)}`
  const of = (width: number) => (total > 0 ? [barOf(done / total, width), ...counts] : ['…'])
  const times = whole.length > 0 ? whole.map(text => [text]) : [leftOf(task, total, now)]
  const withBar = (bar: number) =>
    times.map(time => ({ text: [first, ...of(bar), ...time, ...said].join('  '), bar }))
  const fitting = [...withBar(widest), ...(note ? [] : withBar(narrowBar))].find(
    ({ text }) => text.length < columns,
  )
  if (fitting) return total > 0 ? fitting : { text: fitting.text }
  const text = [`  ${name}`, ...counts, ...(note ? said : times[times.length - 1])].join('  ')
  return { text: text.slice(0, columns - 1) }
}

function barOf(share: number, width: number): string {
  const full = Math.round(Math.min(1, share) * width)
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`
}

/** How long it takes still, once that can be told. */
function leftOf({ started, done }: Task, total: number, now: number): string[] {
  const share = done / total
  const elapsed = (now - started) / 1000
  const canTell = elapsed > estimateAfterSeconds && share > 0 && share < 1
  return canTell ? [`${duration((elapsed / share) * (1 - share))} left`] : []
}

/** How much is done, as wide at the beginning as at the end. */
function counted(done: number, total: number, unit: 'bytes' | undefined): string {
  const of = unit === 'bytes' ? megabytes(total) : String(total)
  const text = `${(unit === 'bytes' ? megabytes(done) : pieces(done)).padStart(of.length)}/${of}`
  return unit === 'bytes' ? `${text} MB` : text
}
