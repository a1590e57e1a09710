import { useRuns } from '../../api/runs.js'
import { EmptyState } from '../../parts/empty-state.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Loading } from '../../parts/loading.js'
import { hrefOf, setParams, useRoute } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { Comparison } from './comparison.js'
import { RunView } from './run-view.js'
import './look.css'

/** What a run can do: its figure, its mistakes, its photos one by one, and another run beside it. */
export default function Look() {
  const { look: words } = useWords()
  const { params } = useRoute()
  const { data, error, refetch } = useRuns()
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const finished = data.runs.filter(({ figures }) => figures !== null)
  const run = finished.find(({ id }) => id === params.get('run')) ?? finished[0]
  if (run === undefined)
    return (
      <EmptyState title={words.title} hint={words.hint}>
        <a className="button primary large" href={hrefOf('train')}>
          {words.goTrain}
        </a>
      </EmptyState>
    )
  const others = finished.filter(({ id }) => id !== run.id)
  const other = others.find(({ id }) => id === params.get('with'))
  const choose = (id: string, beside: string | undefined) =>
    setParams({ run: id, ...(beside !== undefined && beside !== id ? { with: beside } : {}) })
  return (
    <div className="look">
      <header className="look-head">
        <h1>{words.title}</h1>
        <div className="look-runs">
          <label>
            {words.run}
            <select value={run.id} onChange={event => choose(event.target.value, other?.id)}>
              {finished.map(({ id }) => (
                <option key={id}>{id}</option>
              ))}
            </select>
          </label>
          {others.length > 0 && (
            <label>
              {words.compareWith}
              <select
                value={other?.id ?? ''}
                onChange={event => choose(run.id, event.target.value === '' ? undefined : event.target.value)}
              >
                <option value="">{words.noOther}</option>
                {others.map(({ id }) => (
                  <option key={id}>{id}</option>
                ))}
              </select>
            </label>
          )}
        </div>
      </header>
      {other && <Comparison key={`${run.id}/${other.id}`} a={run.id} b={other.id} />}
      <RunView key={run.id} id={run.id} />
    </div>
  )
}
