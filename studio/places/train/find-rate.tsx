import type { PlotOptions } from '@observablehq/plot'
import { useCallback } from 'react'
import { Chart } from '../../parts/chart.js'
import { useWords } from '../../words/index.js'
import { Asked } from './asked.js'
import { type Rates, ratesOf } from './results.js'

/** The rate finder's curve. */
export function FindRate() {
  const { train: words } = useWords()
  return (
    <Asked kind="find-rate" title={words.rateTitle} hint={words.rateHint} ask={words.rateAsk}>
      {job => {
        const rates = ratesOf(job)
        return rates && <Drawn rates={rates} />
      }}
    </Asked>
  )
}

function Drawn({ rates: { points, suggestion } }: { readonly rates: Rates }) {
  const { train: words } = useWords()
  const options = useCallback(
    (plot: typeof import('@observablehq/plot')): PlotOptions => ({
      x: { label: words.rateAxis, type: 'log', tickFormat: '.0e', ticks: 5 },
      y: { label: words.loss, grid: true },
      marks: [
        ...(suggestion === null
          ? []
          : [plot.ruleX([suggestion], { stroke: 'var(--valid)', strokeDasharray: '4 4' })]),
        plot.lineY(points, { x: 'rate', y: 'loss', stroke: 'var(--train)', strokeWidth: 2 }),
      ],
    }),
    [points, suggestion, words],
  )
  return (
    <>
      <p>{suggestion === null ? words.rateNone : words.rateFound(suggestion.toExponential(1))}</p>
      <Chart label={words.rateChart} options={options} />
    </>
  )
}
