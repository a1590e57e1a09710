import type { RunSummary } from '../../../src/studio/api/runs.js'
import { useRuns } from '../../api/runs.js'
import { ErrorNote } from '../../parts/error-note.js'
import { useFigures } from '../../parts/figures.js'
import { timeWords } from '../../parts/job-progress.js'
import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'

/** What was trained so far, the newest first. */
export function Runs() {
  const { train: words } = useWords()
  const { data } = useRuns()
  const finished = data?.runs.filter(({ figures }) => figures !== null) ?? []
  if (!data || (finished.length === 0 && data.damaged.length === 0)) return null
  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">{words.runs}</h2>
      <ul className="runs">
        {finished.map((run, i) => (
          <li key={run.id}>
            <Run run={run} newest={i === 0 ? undefined : finished[0]?.id} />
          </li>
        ))}
      </ul>
      {data.damaged.map(({ id, problem }) => (
        <ErrorNote key={id} intro={words.damagedRun(id)} error={{ message: problem }} />
      ))}
    </section>
  )
}

function Run({ run, newest }: { readonly run: RunSummary; readonly newest: string | undefined }) {
  const { train: words, shell } = useWords()
  const { percent, range } = useFigures()
  const { id, figures, backbone } = run
  if (!figures) return null
  const { photos, accuracy, interval, seconds } = figures
  return (
    <article className="card run">
      <h3>
        {id} {newest === undefined && <span className="tag">{words.newest}</span>}
      </h3>
      <p className="run-figure">
        <strong>{percent(accuracy)}</strong> <span className="muted">({range(interval)})</span>
      </p>
      <p className="muted small">
        {words.learntFrom(photos.train, photos.valid)}, {backbone}, {words.took(timeWords(seconds, shell))}
      </p>
      <p className="acts">
        <a className="button" href={hrefOf('look', { run: id })}>
          {words.runLook}
        </a>
        {newest !== undefined && (
          <a className="button" href={hrefOf('look', { run: id, with: newest })}>
            {words.compare}
          </a>
        )}
      </p>
    </article>
  )
}
