import { type ChartTarget, caption, draw, heading, MARGINS, Plot } from '../../charts/index.js'
import type { Evaluation, ReliabilityBin } from '../../evaluate/index.js'
import { displayWidth, shorten, visible } from '../text.js'

/** How often the model is right, by how sure it says it is; as rings, how it was without a temperature. */
export function reliabilityChart(
  evaluation: Evaluation,
  target: ChartTarget,
  before: readonly ReliabilityBin[] = [],
): string {
  const { palette } = target
  const bins = dotsOf(evaluation.reliability)
  const rings = dotsOf(before)
  const from = Math.max(0, Math.floor(Math.min(...[...bins, ...rings].map(b => b.x)) * 10 - 1e-9) / 10)
  return draw(
    {
      ...MARGINS,
      x: { domain: [from, 1], ticks: 5, label: null, tickSize: 0, inset: 8 },
      y: { domain: [0, 1], grid: true, ticks: 5, label: null, tickSize: 0 },
      r: { type: 'sqrt', domain: [0, evaluation.count], range: [2.5, 14] },
      marks: [
        Plot.line(
          [
            [from, from],
            [1, 1],
          ],
          { stroke: palette.muted, strokeDasharray: '3 3' },
        ),
        Plot.ruleX(bins, { x: 'x', y1: 'low', y2: 'high', stroke: palette.valid, strokeWidth: 1.5 }),
        Plot.dot(rings, { x: 'x', y: 'y', r: 'count', stroke: palette.muted, strokeWidth: 1.2 }),
        Plot.dot(bins, {
          x: 'x',
          y: 'y',
          r: 'count',
          fill: palette.valid,
          stroke: palette.paper,
          strokeWidth: 1,
        }),
        ...heading('Share right by stated probability', []),
        caption('stated probability', palette.muted),
      ],
    },
    'Share of right answers by stated probability; on the dashed line both agree',
    target,
  )
}

function dotsOf(bins: readonly ReliabilityBin[]) {
  return bins.flatMap(bin =>
    bin.confidence === null || bin.accuracy === null || bin.interval === null
      ? []
      : [{ ...bin, x: bin.confidence, y: bin.accuracy, low: bin.interval[0], high: bin.interval[1] }],
  )
}

/** Counts by true and predicted class. */
export function confusionChart(evaluation: Evaluation, target: ChartTarget): string {
  const { palette } = target
  const labels = evaluation.labels.map(label => shorten(visible(label), 18))
  const cells = evaluation.confusion.flatMap((row, truth) =>
    row.map((count, predicted) => {
      const support = evaluation.perClass[truth].support
      return { truth, predicted, count, shade: count === 0 ? 0 : 0.07 + (0.5 * count) / support }
    }),
  )
  const side = labels.length > 6 ? 46 : 84
  const margin = 40 + 7 * Math.max(...labels.map(displayWidth))
  const slanted = labels.length > 6
  const place = { x: 'predicted', y: 'truth' } as const
  const domain = labels.map((_, k) => k)
  const ticks = { domain, tickFormat: (k: number) => labels[k], tickSize: 0, label: null, padding: 0.04 }
  return draw(
    {
      width: Math.max(margin + side * labels.length + 24, 320),
      height: side * labels.length + (slanted ? margin + 34 : 84),
      marginLeft: margin,
      marginRight: 24,
      marginTop: slanted ? margin + 14 : 64,
      marginBottom: 20,
      x: { ...ticks, axis: 'top', tickRotate: slanted ? -60 : 0 },
      y: ticks,
      opacity: { type: 'identity' },
      marks: [
        Plot.cell(
          cells.filter(c => c.truth === c.predicted),
          { ...place, fill: palette.right, fillOpacity: 'shade' },
        ),
        Plot.cell(
          cells.filter(c => c.truth !== c.predicted),
          { ...place, fill: palette.wrong, fillOpacity: 'shade' },
        ),
        Plot.cell(cells, { ...place, stroke: palette.line }),
        Plot.text(cells, { ...place, text: c => String(c.count), fontSize: slanted ? 13 : 18 }),
        Plot.text(['true class ↓, taken for →'], {
          frameAnchor: 'top-left',
          dx: 8 - margin,
          dy: slanted ? -margin : -52,
          fill: palette.muted,
        }),
      ],
    },
    'Confusion matrix: rows are true classes, columns are predictions',
    target,
  )
}
