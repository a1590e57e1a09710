import { Button } from 'react-aria-components'
import type { Job } from '../../../src/studio/api/jobs.js'
import { useSteerJob } from '../../api/queries.js'
import { useLiveFigures } from '../../api/runs.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { JobProgress } from '../../parts/job-progress.js'
import { useWords } from '../../words/index.js'
import { Discard } from './discard.js'
import { LiveFigures } from './live-figures.js'

/** A training that is not done: how far it is, and what can be done about it. */
export function UnderWay({ job }: { readonly job: Job }) {
  const { train: words, shell } = useWords()
  const steer = useSteerJob()
  const isUnderWay = job.state === 'running' || job.state === 'waiting'
  const { data: live } = useLiveFigures(job.title, job.state === 'running')
  const act = isUnderWay ? 'stop' : 'resume'
  return (
    <section className={`card under-way ${job.state}`} aria-label={job.title}>
      <header className="under-way-head">
        <h2>{job.title}</h2>
        <span className="muted">{job.state === 'running' ? words.underWay : shell.states[job.state]}</span>
        {(isUnderWay || job.canResume) && (
          <Button
            className={`button ${isUnderWay ? '' : 'primary'}`}
            isDisabled={steer.isPending}
            onPress={() => steer.mutate({ id: job.id, act })}
          >
            <Icon name={isUnderWay ? 'pause' : 'play'} /> {isUnderWay ? words.pause : words.goOn}
          </Button>
        )}
        {!isUnderWay && (
          <Discard
            name={job.title}
            discard={() => steer.mutate({ id: job.id, act: 'discard' })}
            isPending={steer.isPending}
          />
        )}
      </header>
      <State job={job} />
      {steer.error && <ErrorNote error={steer.error} />}
      {live && <LiveFigures points={live} />}
      {job.notices.length > 0 && (
        <details>
          <summary>
            {words.notices} ({job.notices.length})
          </summary>
          <ul className="notices" lang="en">
            {job.notices.map(notice => (
              <li key={notice}>{notice}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function State({ job }: { readonly job: Job }) {
  const { train: words } = useWords()
  if (job.state === 'running') return <JobProgress job={{ ...job, progress: ahead(job) }} />
  if (job.state === 'waiting') return <p className="muted">{words.waiting}</p>
  if (job.error) return <ErrorNote error={job.error} />
  return <p className="muted">{job.state === 'stopped' ? words.pausedNote : words.cutOffNote}</p>
}

/** What is under way; between two tasks the one that was finished last. */
function ahead({ progress }: Job): Job['progress'] {
  const left = progress.filter(({ done, total }) => done !== total)
  return left.length > 0 ? left : progress.slice(-1)
}
