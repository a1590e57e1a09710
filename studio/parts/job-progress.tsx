import { ProgressBar } from 'react-aria-components'
import type { Job } from '../../src/studio/api/jobs.js'
import type { Words } from '../words/en.js'
import { useWords } from '../words/index.js'

/** How far a job is: a bar for each thing it does, and the time that is left. */
export function JobProgress({ job }: { readonly job: Job }) {
  const { shell: words } = useWords()
  return (
    <div className="job-progress">
      {job.progress.map(({ task, done, total, note }) => (
        <ProgressBar
          key={task}
          className="progress"
          aria-label={task}
          isIndeterminate={total === null}
          value={done}
          maxValue={total ?? 1}
        >
          {({ percentage }) => (
            <>
              <span className="progress-text">
                <span>{task}</span>
                <span className="muted">{note ?? (total === null ? '' : `${done}/${total}`)}</span>
              </span>
              <svg className="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect width={percentage ?? 100} height="1" />
              </svg>
            </>
          )}
        </ProgressBar>
      ))}
      {job.secondsLeft !== null && job.state === 'running' && (
        <p className="muted">{words.left(timeWords(job.secondsLeft, words))}</p>
      )}
    </div>
  )
}

/** A time in round figures. */
export function timeWords(seconds: number, words: Words['shell']): string {
  if (seconds < 90) return words.seconds(Math.max(1, Math.round(seconds)))
  if (seconds < 90 * 60) return words.minutes(Math.round(seconds / 60))
  return words.hours(Math.round(seconds / 3600))
}
