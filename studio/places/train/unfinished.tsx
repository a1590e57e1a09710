import { Button } from 'react-aria-components'
import type { RunSummary } from '../../../src/studio/api/runs.js'
import { useJobs, useStartJob } from '../../api/queries.js'
import { useDiscardRun, useLiveFigures, useRuns } from '../../api/runs.js'
import { Copied } from '../../parts/copied.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'
import { Discard } from './discard.js'
import { LiveFigures } from './live-figures.js'

/** Runs that were begun in a terminal and not finished: the jobs of this page tell of their own. */
export function Unfinished() {
  const { data } = useRuns()
  const { data: jobs } = useJobs()
  if (data === undefined || jobs === undefined) return null
  const told = new Set(
    jobs.filter(({ kind, state }) => kind === 'train' && state !== 'done').map(({ title }) => title),
  )
  return data.runs.flatMap(run =>
    run.goOn === null || told.has(run.id) ? [] : [<Begun key={run.id} run={run} goOn={run.goOn} />],
  )
}

function Begun({
  run: { id },
  goOn,
}: {
  readonly run: RunSummary
  readonly goOn: NonNullable<RunSummary['goOn']>
}) {
  const { train: words } = useWords()
  const start = useStartJob()
  const discard = useDiscardRun()
  const { data: live } = useLiveFigures(id, goOn.isBusy)
  const error = start.error ?? discard.error
  return (
    <section className="card under-way" aria-label={id}>
      <header className="under-way-head">
        <h2>{id}</h2>
        <span className="muted">{goOn.isBusy ? words.elsewhere : words.begunElsewhere}</span>
        {!goOn.isBusy && goOn.isHere && (
          <Button
            className="button primary"
            isDisabled={start.isPending}
            onPress={() => start.mutate({ kind: 'train', options: { name: id, resume: true } })}
          >
            <Icon name="play" /> {words.goOn}
          </Button>
        )}
        {!goOn.isBusy && (
          <Discard name={id} discard={() => discard.mutate(id)} isPending={discard.isPending} />
        )}
      </header>
      {!goOn.isBusy && <p className="muted">{goOn.isHere ? words.cutOffNote : words.otherPhotos}</p>}
      {!goOn.isBusy && !goOn.isHere && <Copied text={goOn.command} label={words.otherPhotos} />}
      {error && <ErrorNote error={error} />}
      {live && <LiveFigures points={live} />}
    </section>
  )
}
