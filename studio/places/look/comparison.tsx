import { useEffect, useRef } from 'react'
import { Button } from 'react-aria-components'
import type { CompareAnswer } from '../../../src/studio/api/runs.js'
import { useJobs, useStartJob } from '../../api/queries.js'
import { useComparison } from '../../api/runs.js'
import { ErrorNote } from '../../parts/error-note.js'
import { useFigures } from '../../parts/figures.js'
import { JobProgress } from '../../parts/job-progress.js'
import { Loading } from '../../parts/loading.js'
import { PhotoTile } from '../../parts/photo-tile.js'
import { useWords } from '../../words/index.js'

interface Two {
  readonly a: string
  readonly b: string
}

/** Whether one of two runs is better, or they only seem to differ. */
export function Comparison({ a, b }: Two) {
  const { look: words } = useWords()
  const { data: compared, error } = useComparison(a, b)
  return (
    <section className="card comparison" aria-labelledby="compare-title">
      <h2 id="compare-title">{words.compareTitle}</h2>
      {error && <ErrorNote error={error} />}
      {compared === undefined && !error && <Loading />}
      {compared === null && <CompareNow a={a} b={b} />}
      {compared && <Compared a={a} b={b} compared={compared} />}
    </section>
  )
}

/** Begins by itself: who chose two runs has asked already. */
function CompareNow({ a, b }: Two) {
  const { look: words } = useWords()
  const { data: jobs } = useJobs()
  const start = useStartJob()
  const hasBegun = useRef(false)
  const job = jobs?.find(({ kind, title }) => kind === 'compare' && title === `${a} · ${b}`)
  const begin = () => start.mutate({ kind: 'compare', options: { a, b } })
  const isToBegin = jobs !== undefined && job === undefined
  useEffect(() => {
    if (!isToBegin || hasBegun.current) return
    hasBegun.current = true
    start.mutate({ kind: 'compare', options: { a, b } })
  }, [isToBegin, start.mutate, a, b])
  if (job?.state === 'running' || job?.state === 'waiting')
    return (
      <>
        <p>{words.comparing}</p>
        <JobProgress job={job} />
      </>
    )
  return (
    <>
      {(job?.error ?? start.error) && <ErrorNote error={job?.error ?? start.error ?? ''} />}
      <Button className="button" isDisabled={start.isPending} onPress={begin}>
        {words.compareNow}
      </Button>
    </>
  )
}

type Result = NonNullable<CompareAnswer['compared']>

function Compared({ a, b, compared }: Two & { readonly compared: Result }) {
  const { look: words } = useWords()
  const { percent, range, number } = useFigures()
  const { first, second, count, onlyFirstRight, onlySecondRight, difference, interval, differing } = compared
  const points = (share: number) => `${share > 0 ? '+' : ''}${number(100 * share, 1)}`
  return (
    <>
      <p className="lead">{verdictOf(compared, { a, b }, words, percent)}</p>
      <p>{words.onSame(count)}</p>
      <ul className="sides">
        <li>
          {words.rightIn(a, percent(first.accuracy, 1), range(first.interval))},{' '}
          {words.onlyRight(a, onlyFirstRight)}
        </li>
        <li>
          {words.rightIn(b, percent(second.accuracy, 1), range(second.interval))},{' '}
          {words.onlyRight(b, onlySecondRight)}
        </li>
      </ul>
      <p className="muted">
        {words.differenceIs(
          `${points(difference)} ${words.points}`,
          `${points(interval[0])} … ${points(interval[1])}`,
        )}
      </p>
      {differing.length > 0 && (
        <details>
          <summary>
            {words.differing} ({differing.length})
          </summary>
          <ul className="look-grid">
            {differing.map(({ path, id, truth, first: one, second: other }) => (
              <li key={path}>
                {id !== null && <PhotoTile id={id} alt={path} />}
                <small>{words.each(truth, a, one, b, other)}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

type Words = ReturnType<typeof useWords>['look']

function verdictOf(
  { better, pValue, onlyFirstRight, onlySecondRight }: Result,
  { a, b }: Two,
  words: Words,
  percent: (share: number, digits?: number) => string,
): string {
  if (onlyFirstRight + onlySecondRight === 0) return words.noDifference
  const chance = percent(pValue, pValue < 0.1 ? 1 : 0)
  return better === 'neither' ? words.noise(chance) : words.betterIs(better === 'first' ? a : b, chance)
}
