import { type ChartTarget, caption, draw, heading, MARGINS, Plot, type Series } from '../../charts/index.js'
import type { EpochFacts, StageFacts } from '../input.js'

/** One line of the chart: a figure of each epoch. */
interface Curve extends Series {
  readonly measure: keyof EpochFacts
}

interface Words {
  readonly title: string
  readonly label: string
}

/** Above this the dots of the epochs would run into each other. */
const DOTTED_EPOCHS = 40

/** Above this only the stages' numbers fit into the chart. */
const NAMED_STAGES = 4

/** Loss of training and validation after every epoch, stage after stage. */
export function lossChart(stages: readonly StageFacts[], target: ChartTarget): string {
  const { train, valid } = target.palette
  const curves: Curve[] = [
    { measure: 'trainLoss', name: 'training', colour: train },
    { measure: 'validLoss', name: 'validation', colour: valid },
  ]
  const words = { title: 'Loss', label: 'Training and validation loss by epoch' }
  return epochChart(stages, curves, words, { nice: true, zero: true }, target)
}

/** Accuracy on the validation photos after every epoch, stage after stage. */
export function accuracyChart(stages: readonly StageFacts[], target: ChartTarget): string {
  const curve: Curve = { measure: 'accuracy', name: 'validation', colour: target.palette.valid }
  const seen = stages.flatMap(stage => stage.epochs.flatMap(epoch => epoch.accuracy ?? []))
  const lowest = Math.floor(20 * Math.min(0.95, ...seen) - 1e-9) / 20
  const words = { title: 'Accuracy', label: 'Validation accuracy by epoch' }
  return epochChart(stages, [curve], words, { domain: [Math.max(0, lowest), 1] }, target)
}

/** Whether there is a curve to draw: at least two epochs. */
export function hasCurve(stages: readonly StageFacts[]): boolean {
  return stages.reduce((count, stage) => count + stage.epochs.length, 0) > 1
}

function epochChart(
  stages: readonly StageFacts[],
  curves: readonly Curve[],
  words: Words,
  y: Plot.ScaleOptions,
  target: ChartTarget,
): string {
  const { muted } = target.palette
  const spans = spansOf(stages)
  const epochs = stages.reduce((count, stage) => count + stage.epochs.length, 0)
  const x: Plot.ScaleOptions = {
    domain: [0.5, epochs + 0.5],
    ticks: wholeTicks(epochs),
    tickFormat: 'd',
    label: null,
    tickSize: 0,
  }
  return draw(
    {
      ...MARGINS,
      x,
      y: { ...y, grid: true, ticks: 5, label: null, tickSize: 0 },
      marks: [
        ...stageMarks(spans, muted),
        ...curves.flatMap(curve => curveMarks(stages, spans, curve, epochs <= DOTTED_EPOCHS)),
        ...heading(words.title, curves),
        caption('epoch', muted),
      ],
    },
    words.label,
    target,
  )
}

/** Where the epochs of a stage begin on the common axis. */
interface Span {
  readonly stage: number
  readonly start: number
}

function spansOf(stages: readonly StageFacts[]): Span[] {
  let start = 0
  return stages.flatMap((stage, s) => {
    const span = { stage: s, start }
    start += stage.epochs.length
    return stage.epochs.length === 0 ? [] : [span]
  })
}

function stageMarks(spans: readonly Span[], colour: string) {
  if (spans.length < 2) return []
  const word = spans.length > NAMED_STAGES ? '' : 'stage '
  const x = (span: Span) => span.start + 0.5
  return [
    Plot.ruleX(spans.slice(1), { x, stroke: colour, strokeDasharray: '2 3' }),
    Plot.text(spans, {
      x,
      text: span => `${word}${span.stage + 1}`,
      frameAnchor: 'top',
      textAnchor: 'start',
      dx: 4,
      dy: -14,
      fill: colour,
      fontSize: 12,
    }),
  ]
}

function curveMarks(stages: readonly StageFacts[], spans: readonly Span[], curve: Curve, dotted: boolean) {
  const points = spans.flatMap(({ stage, start }) =>
    stages[stage].epochs.flatMap((epoch, e) => {
      const value = epoch[curve.measure]
      return value === null ? [] : [{ epoch: start + e + 1, value, stage }]
    }),
  )
  const channels = { x: 'epoch', y: 'value', z: 'stage', stroke: curve.colour }
  return [
    Plot.line(points, { ...channels, strokeWidth: 2 }),
    ...(dotted ? [Plot.dot(points, { ...channels, fill: curve.colour, r: 2.5 })] : []),
  ]
}

/** Whole numbers from 1 to the last, about a dozen. */
function wholeTicks(last: number): number[] {
  const step = Math.max(1, Math.ceil(last / 12))
  return Array.from({ length: last }, (_, i) => i + 1).filter(n => n % step === 0 || (n === 1 && step < 3))
}
