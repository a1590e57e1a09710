import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import type { Job, JobKind } from '../../../src/studio/api/jobs.js'
import { useJobs, useStartJob } from '../../api/queries.js'
import { ErrorNote } from '../../parts/error-note.js'
import { JobProgress } from '../../parts/job-progress.js'

/** A question that takes a job to answer: the question, how far it is, and the last answer. */
export function Asked({
  kind,
  title,
  hint,
  ask,
  children,
}: {
  readonly kind: JobKind
  readonly title: string
  readonly hint: string
  readonly ask: string
  readonly children: (done: Job) => ReactNode
}) {
  const { data: jobs = [] } = useJobs()
  const start = useStartJob()
  const [newest] = jobs.filter(job => job.kind === kind)
  const done = jobs.find(job => job.kind === kind && job.state === 'done')
  const isUnderWay = newest?.state === 'running' || newest?.state === 'waiting'
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      <p className="muted">{hint}</p>
      {done && children(done)}
      {isUnderWay && newest && <JobProgress job={newest} />}
      {newest?.error && <ErrorNote error={newest.error} />}
      {start.error && <ErrorNote error={start.error} />}
      {!isUnderWay && (
        <Button
          className="button"
          isDisabled={start.isPending}
          onPress={() => start.mutate({ kind, options: {} })}
        >
          {ask}
        </Button>
      )}
    </section>
  )
}
