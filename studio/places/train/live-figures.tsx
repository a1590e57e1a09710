import type { PlotOptions } from '@observablehq/plot'
import { useCallback, useMemo } from 'react'
import type { LivePoint } from '../../../src/studio/api/runs.js'
import { Chart } from '../../parts/chart.js'
import { useFigures } from '../../parts/figures.js'
import { useWords } from '../../words/index.js'

type Plot = typeof import('@observablehq/plot')
type Epoch = Extract<LivePoint, { kind: 'epoch' }>
type Step = Extract<LivePoint, { kind: 'step' }>
type Candidate = Extract<LivePoint, { kind: 'candidate' }>

/** What a run has learnt so far, as its log tells it. */
export function LiveFigures({ points }: { readonly points: readonly LivePoint[] }) {
  const candidates = points.filter(point => point.kind === 'candidate')
  const steps = points.filter(point => point.kind === 'step')
  const epochs = points.filter(point => point.kind === 'epoch')
  return (
    <div className="live">
      {candidates.length > 0 && <Tried candidates={candidates} />}
      {steps.length > 1 && <Loss steps={steps} epochs={epochs} />}
      {epochs.length > 0 && <Accuracy epochs={epochs} />}
    </div>
  )
}

/** Heads that were tried, the best of each name. */
function Tried({ candidates }: { readonly candidates: readonly Candidate[] }) {
  const { train: words } = useWords()
  const { percent, range } = useFigures()
  const best = new Map<string, Candidate>()
  for (const one of candidates) {
    const before = best.get(one.name)
    if (before === undefined || one.logLoss < before.logLoss) best.set(one.name, one)
  }
  const rows = [...best.values()].sort((a, b) => a.logLoss - b.logLoss)
  return (
    <section>
      <h3>{words.tried}</h3>
      <p className="muted small">{words.triedHint}</p>
      <ol className="tried">
        {rows.map(({ name, accuracy, interval }) => (
          <li key={name}>
            {interval
              ? words.triedRow(name, percent(accuracy, 1), range(interval))
              : `${name}: ${percent(accuracy, 1)}`}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Steps whose mean is drawn where there are many: single ones jump up and down. */
const SMOOTHED = 9

/** Loss by step; stages one after another. */
function Loss({ steps, epochs }: { readonly steps: readonly Step[]; readonly epochs: readonly Epoch[] }) {
  const { train: words } = useWords()
  const { along, ends } = useMemo(() => inOneLine(steps, epochs), [steps, epochs])
  const isLong = along.length > 4 * SMOOTHED
  const options = useCallback(
    (plot: Plot): PlotOptions => ({
      x: { label: words.step },
      y: { label: words.loss, grid: true, zero: true },
      marks: [
        plot.lineY(along, { x: 'x', y: 'loss', stroke: 'var(--train)', strokeOpacity: isLong ? 0.35 : 1 }),
        ...(isLong
          ? [
              plot.lineY(
                along,
                plot.windowY(SMOOTHED, { x: 'x', y: 'loss', stroke: 'var(--train)', strokeWidth: 2 }),
              ),
            ]
          : []),
        plot.lineY(ends, { x: 'x', y: 'validLoss', stroke: 'var(--valid)', strokeWidth: 2, marker: 'dot' }),
      ],
    }),
    [along, ends, words, isLong],
  )
  return (
    <section>
      <h3>{words.loss}</h3>
      <p className="muted small">{words.lossHint}</p>
      <Chart label={words.lossHint} options={options} />
      <ul className="chart-key">
        <li className="train">{words.onTrain}</li>
        <li className="valid">{words.onValid}</li>
      </ul>
    </section>
  )
}

/** Steps of all stages in a row, and where in it each epoch ended. */
function inOneLine(steps: readonly Step[], epochs: readonly Epoch[]) {
  let before = 0
  let stage = steps[0]?.stage
  const lengths = new Map<string, { readonly from: number; to: number }>()
  const along = steps.map(({ stage: own, step, loss }) => {
    if (own !== stage) before = lengths.get(stage ?? '')?.to ?? 0
    stage = own
    lengths.set(own, { from: before, to: before + step })
    return { x: before + step, loss }
  })
  const ends = epochs.map(({ stage: own, epoch, validLoss }) => {
    const { from, to } = lengths.get(own) ?? { from: 0, to: 0 }
    const count = Math.max(...epochs.filter(one => one.stage === own).map(one => one.epoch))
    return { x: from + ((to - from) * epoch) / Math.max(1, count), validLoss }
  })
  return { along, ends }
}

function Accuracy({ epochs }: { readonly epochs: readonly Epoch[] }) {
  const { train: words } = useWords()
  const { percent } = useFigures()
  const rows = useMemo(
    () =>
      epochs.map((epoch, i) => ({ ...epoch, x: i + 1, low: epoch.interval?.[0], high: epoch.interval?.[1] })),
    [epochs],
  )
  const options = useCallback(
    (plot: Plot): PlotOptions => ({
      x: { label: words.epoch, ticks: Math.min(10, rows.length), tickFormat: 'd' },
      y: { label: words.accuracy, grid: true, percent: true, domain: [0, 100] },
      marks: [
        plot.areaY(rows, { x: 'x', y1: 'low', y2: 'high', fill: 'var(--valid)', fillOpacity: 0.18 }),
        plot.lineY(rows, { x: 'x', y: 'accuracy', stroke: 'var(--valid)', strokeWidth: 2, marker: 'dot' }),
      ],
    }),
    [rows, words],
  )
  const last = epochs.at(-1)
  return (
    <section>
      <h3>
        {words.accuracy} {last && <strong>{percent(last.accuracy)}</strong>}
      </h3>
      <Chart label={words.accuracy} options={options} />
    </section>
  )
}
