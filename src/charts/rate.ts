import { type ChartTarget, caption, draw, heading, inFile, MARGINS, Plot } from './chart.js'

/** One step of a rate finder: the loss at a learning rate, as it was and smoothed. */
export interface RatePoint {
  readonly rate: number
  readonly loss: number
  readonly smoothed: number
}

/** The rate finder's curve, loss over learning rate (logarithmic), with the suggestion marked. */
export function rateChart(
  points: readonly RatePoint[],
  suggestion: number | undefined,
  target: ChartTarget,
): string {
  const { palette } = target
  const known = points.filter(p => p.rate > 0 && Number.isFinite(p.smoothed))
  const [low, high] = smoothedRange(known)
  const marked = suggestion === undefined ? [] : [suggestion]
  const middle = known.length === 0 ? 1 : Math.sqrt(known[0].rate * known[known.length - 1].rate)
  const toTheLeft = suggestion !== undefined && suggestion > middle
  return draw(
    {
      ...MARGINS,
      x: { type: 'log', ticks: powersOfTen(known), tickFormat: (rate: number) => power(rate), label: null },
      y: { grid: true, domain: [low, high], ticks: 5, label: null, tickSize: 0 },
      marks: [
        Plot.dot(
          known.filter(p => p.loss >= low && p.loss <= high),
          { x: 'rate', y: 'loss', fill: palette.muted, fillOpacity: 0.45, r: 1.8 },
        ),
        Plot.ruleX(marked, { stroke: palette.train, strokeDasharray: '4 3', strokeWidth: 1.5 }),
        Plot.line(known, { x: 'rate', y: 'smoothed', stroke: palette.valid, strokeWidth: 2.2 }),
        Plot.text(marked, {
          x: rate => rate,
          text: rate => `suggested ${shortRate(rate)}`,
          frameAnchor: 'top',
          textAnchor: toTheLeft ? 'end' : 'start',
          dx: toTheLeft ? -6 : 6,
          dy: 4,
          fill: palette.train,
          fontWeight: 600,
        }),
        ...heading('Loss by learning rate', []),
        caption('learning rate', palette.muted),
      ],
    },
    suggestion === undefined
      ? 'Loss over learning rate'
      : `Loss over learning rate; the suggestion is ${shortRate(suggestion)}`,
    target,
  )
}

/** The rate finder's curve as an SVG file of its own. */
export function ratePlot(points: readonly RatePoint[], suggestion?: number): string {
  return rateChart(points, suggestion, inFile)
}

/** A rate with two significant digits, as people type it. */
export function shortRate(rate: number): string {
  const rounded = Number(rate.toPrecision(2))
  return rounded < 1e-3 ? rounded.toExponential() : String(rounded)
}

function smoothedRange(points: readonly RatePoint[]): [number, number] {
  if (points.length === 0) return [0, 1]
  const losses = points.map(p => p.smoothed)
  const low = Math.min(...losses)
  const high = Math.max(...losses)
  const margin = (high - low) * 0.12 || 0.1
  return [Math.max(0, low - margin), high + margin]
}

function powersOfTen(points: readonly RatePoint[]): number[] {
  if (points.length === 0) return [1]
  const first = Math.ceil(Math.log10(points[0].rate) - 1e-9)
  const last = Math.floor(Math.log10(points[points.length - 1].rate) + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i))
}

function power(rate: number): string {
  const exponent = Math.round(Math.log10(rate))
  return exponent >= -2 && exponent <= 2 ? String(Number((10 ** exponent).toPrecision(1))) : `1e${exponent}`
}
