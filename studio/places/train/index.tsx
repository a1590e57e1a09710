import type { Job } from '../../../src/studio/api/jobs.js'
import { useJobs, useStudioState } from '../../api/queries.js'
import { useRuns } from '../../api/runs.js'
import { EmptyState } from '../../parts/empty-state.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Loading } from '../../parts/loading.js'
import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { Choose } from './choose.js'
import { FindRate } from './find-rate.js'
import { MorePhotos } from './more-photos.js'
import { Runs } from './runs.js'
import { UnderWay } from './under-way.js'
import { Unfinished } from './unfinished.js'
import '../../styles/chart.css'
import './train.css'

/** Choosing how to learn, watching it, and what came of it so far. */
export default function Train() {
  const { train: words } = useWords()
  const { data: state, error, refetch } = useStudioState()
  const { data: jobs = [] } = useJobs()
  const { data: list } = useRuns()
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />
  if (!state) return <Loading />
  const classes = state.classes.filter(({ photos }) => photos > 0)
  const trainings = jobs.filter(({ kind }) => kind === 'train')
  const unfinished = trainings.filter(({ state: one }) => one !== 'done')
  const isAtHand = (job: Job) => job.state === 'running' || job.state === 'waiting' || job === trainings[0]
  // A run may have been deleted by hand, or made in a terminal: jobs know of neither.
  const hasRuns = list === undefined ? trainings.length > 0 : list.runs.length + list.damaged.length > 0
  const former = unfinished.filter(job => !isAtHand(job) && job.canResume)
  if (classes.length < 2 && unfinished.length === 0 && !hasRuns)
    return (
      <EmptyState title={words.title} hint={words.needPhotos}>
        <a className="button primary large" href={hrefOf('gather')}>
          {words.goGather}
        </a>
      </EmptyState>
    )
  return (
    <div className="train">
      <header>
        <h1>{words.title}</h1>
        <p className="muted">
          {words.hint} {words.from(state.photos, classes.length)}
        </p>
      </header>
      {unfinished.filter(isAtHand).map(job => (
        <UnderWay key={job.id} job={job} />
      ))}
      <Unfinished />
      <Choose isFirst={!hasRuns && !unfinished.some(isAtHand)} />
      <Runs />
      {former.length > 0 && (
        <details className="former">
          <summary>{words.former(former.length)}</summary>
          {former.map(job => (
            <UnderWay key={job.id} job={job} />
          ))}
        </details>
      )}
      <div className="train-more">
        <MorePhotos />
        <FindRate />
      </div>
    </div>
  )
}
