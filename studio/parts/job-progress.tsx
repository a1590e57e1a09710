import { ProgressBar } from 'react-aria-components'
import type { Job, TaskProgress } from '../../src/studio/api/jobs.js'
import type { Words } from '../words/en.js'
import { useLanguage, useWords } from '../words/index.js'
import { taskIn } from '../words/tasks.js'
import { Machine } from './error-text.js'

/** How far a job is: a bar for what it does now, what is behind it in a fold, and the time that is left. */
export function JobProgress({ job }: { readonly job: Job }) {
  const { shell: words } = useWords()
  const { language } = useLanguage()
  const behind = job.progress.filter(({ done, total }) => total !== null && done >= total)
  const now = job.progress.filter(task => !behind.includes(task))
  return (
    <div className="job-progress">
      {now.length === 0 && <p className="muted">{words.states[job.state]}…</p>}
      {now.map(task => (
        <TaskBar key={task.task} task={task} />
      ))}
      {behind.length > 0 && (
        <details className="job-behind">
          <summary>{words.stepsDone(behind.length)}</summary>
          <ul>
            {behind.map(({ task, note }) => (
              <li key={task}>
                {taskIn(language, task)}
                {note !== null && (
                  <span className="muted">
                    {' '}
                    · <Machine text={note} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
      {job.secondsLeft !== null && job.state === 'running' && (
        <p className="muted">{words.left(timeWords(job.secondsLeft, words))}</p>
      )}
    </div>
  )
}

function TaskBar({ task: { task, done, total, unit, note } }: { readonly task: TaskProgress }) {
  const { language } = useLanguage()
  const name = taskIn(language, task)
  return (
    <ProgressBar
      className="progress"
      aria-label={name}
      isIndeterminate={total === null}
      value={done}
      maxValue={total ?? 1}
    >
      {({ percentage }) => (
        <>
          <span className="progress-text">
            <span>{name}</span>
            <span className="muted">
              {note !== null ? (
                <Machine text={note} />
              ) : total === null ? (
                ''
              ) : (
                countOf(done, total, unit, language)
              )}
            </span>
          </span>
          <svg className="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
            <rect width={percentage ?? 100} height="1" />
          </svg>
        </>
      )}
    </ProgressBar>
  )
}

/** Whole pieces, or megabytes with one decimal. */
function countOf(done: number, total: number, unit: TaskProgress['unit'], language: string): string {
  const figure = (value: number) =>
    unit === 'bytes'
      ? (value / 1e6).toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
      : Math.floor(value).toLocaleString(language)
  return `${figure(done)} / ${figure(total)}${unit === 'bytes' ? ' MB' : ''}`
}

/** A time in round figures. */
export function timeWords(seconds: number, words: Words['shell']): string {
  if (seconds < 90) return words.seconds(Math.max(1, Math.round(seconds)))
  if (seconds < 90 * 60) return words.minutes(Math.round(seconds / 60))
  return words.hours(Math.round(seconds / 3600))
}
