import type { PlotOptions } from '@observablehq/plot'
import { useCallback } from 'react'
import type { Job } from '../../../src/studio/api/jobs.js'
import { Chart } from '../../parts/chart.js'
import { useFigures } from '../../parts/figures.js'
import { useWords } from '../../words/index.js'
import { Asked } from './asked.js'
import { type Curve, curveOf } from './results.js'

/** How many more photos would help. */
export function MorePhotos() {
  const { train: words } = useWords()
  return (
    <Asked kind="more-photos" title={words.helpTitle} hint={words.helpHint} ask={words.helpAsk}>
      {job => <Answer job={job} />}
    </Asked>
  )
}

function Answer({ job }: { readonly job: Job }) {
  const { train: words } = useWords()
  const curve = curveOf(job)
  if (curve === undefined) return null
  return curve === null ? <p>{words.helpTooFew}</p> : <Drawn curve={curve} />
}

function Drawn({ curve }: { readonly curve: Curve }) {
  const { train: words } = useWords()
  const { percent, range } = useFigures()
  const { points, forecasts } = curve
  const now = points.at(-1)
  const [twice] = forecasts
  const options = useCallback(
    (plot: typeof import('@observablehq/plot')): PlotOptions => {
      const last = points.at(-1) ?? { photos: 1, error: 0 }
      const ahead = forecasts.map(({ times, error, interval: [low, high] }) => ({
        photos: times * last.photos,
        ...{ error, low, high },
      }))
      const from = { ...last, low: last.error, high: last.error }
      return {
        x: {
          label: words.photosAxis,
          type: 'log',
          tickFormat: 'd',
          ticks: [...points, ...ahead].map(({ photos }) => Math.round(photos)),
        },
        y: { label: words.mistakes, grid: true, zero: true, percent: true },
        marks: [
          plot.areaY([from, ...ahead], {
            x: 'photos',
            y1: 'low',
            y2: 'high',
            fill: 'var(--valid)',
            fillOpacity: 0.15,
          }),
          plot.lineY([from, ...ahead], {
            x: 'photos',
            y: 'error',
            stroke: 'var(--valid)',
            strokeDasharray: '4 4',
            strokeWidth: 2,
          }),
          plot.lineY(points, {
            x: 'photos',
            y: 'error',
            stroke: 'var(--train)',
            strokeWidth: 2,
            marker: 'dot',
          }),
        ],
      }
    },
    [points, forecasts, words],
  )
  if (!now || !twice) return null
  return (
    <>
      <p className="lead">{verdictOf(curve, words)}</p>
      <p>{words.helpTwice(percent(now.error, 1), percent(twice.error, 1), range(twice.interval))}</p>
      <Chart label={words.helpChart} options={options} />
    </>
  )
}

/** Mistakes below which their number says hardly anything. */
const FEW_MISTAKES = 5

/** Whether more of the same kind would help, as far as that is known. */
function verdictOf(
  { points, judged, forecasts: [twice] }: Curve,
  words: ReturnType<typeof useWords>['train'],
): string {
  const mistakes = Math.round((points.at(-1)?.error ?? 0) * judged)
  if (mistakes < FEW_MISTAKES) return words.helpFew(mistakes, judged)
  return twice !== undefined && twice.gain[0] > 0 ? words.helpPays : words.helpUnknown
}
