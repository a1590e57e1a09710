import { Button } from 'react-aria-components'
import { useJobs, useStartJob } from '../../api/queries.js'
import { ErrorNote } from '../../parts/error-note.js'
import { JobProgress } from '../../parts/job-progress.js'
import { useWords } from '../../words/index.js'

/** Runs of other programs, and those that were cut off at the very end, have not told what they say of each photo. */
export function JudgeFirst({ run }: { readonly run: string }) {
  const { look: words } = useWords()
  const { data: jobs = [] } = useJobs()
  const start = useStartJob()
  const job = jobs.find(({ kind, title }) => kind === 'evaluate' && title === run)
  if (job?.state === 'running' || job?.state === 'waiting')
    return (
      <section className="card">
        <p>{words.judging}</p>
        <JobProgress job={job} />
      </section>
    )
  return (
    <section className="card">
      <p>{words.judgeHint}</p>
      {job?.error && <ErrorNote error={job.error} />}
      {start.error && <ErrorNote error={start.error} />}
      <Button
        className="button primary"
        isDisabled={start.isPending}
        onPress={() => start.mutate({ kind: 'evaluate', options: { run } })}
      >
        {words.judge}
      </Button>
    </section>
  )
}
