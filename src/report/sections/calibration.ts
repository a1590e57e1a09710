import { inPage } from '../../charts/index.js'
import type { CalibrationFigures, Evaluation, ProbabilityFigures } from '../../evaluate/index.js'
import { floorRange, judgement, temperatureText } from '../calibration.js'
import { reliabilityChart } from '../charts/quality.js'
import type { CalibrationFacts, TtaFacts } from '../input.js'
import { chart, type Html, html, table } from '../markup.js'
import { loss, range, share } from '../text.js'

/** One set of probabilities in the table: its heading, and its figures. */
interface Column {
  readonly title: string
  readonly hint?: string | undefined
  readonly figures: ProbabilityFigures & Partial<Pick<CalibrationFigures, 'interval' | 'floor' | 'equalMass'>>
}

/** Whether the probabilities can be believed: the diagram, and the figures with and without the temperature. */
export function calibrationBlock(
  evaluation: Evaluation,
  calibration: CalibrationFacts | undefined,
  tta: TtaFacts | undefined,
): Html {
  const before = calibration?.before ?? undefined
  return html`
<div class="columns">
${chart(reliabilityChart(evaluation, inPage, before?.reliability))}
<div>
<h3>Can its probabilities be believed?</h3>
<p>Photos are grouped by how sure the model said it was. On the dashed line it is right exactly as often as it says; below, it is too sure of itself; above, too modest. Larger dots hold more photos, and the whiskers are 95 % intervals.${
    before ? ' Rings are the same photos without the temperature.' : ''
  }</p>
${calibration ? html`<p>They are off by ${share(calibration.ece)} on average, the calibration error; ${judgement(calibration)}. ${temperatureText(calibration)}</p>` : ''}
</div>
</div>
${figureTable(columnsOf(evaluation, calibration, tta))}`
}

function columnsOf(
  evaluation: Evaluation,
  calibration: CalibrationFacts | undefined,
  tta: TtaFacts | undefined,
): Column[] {
  const before = calibration?.before
  return [
    ...(before
      ? [{ title: 'Before', hint: 'The same photos without the temperature', figures: before }]
      : []),
    { title: tta ? 'Plain' : 'Value', figures: columnOf(evaluation, calibration) },
    ...(tta
      ? [
          {
            title: `${tta.views + 1} views`,
            hint: 'Mean of the plain photo and augmented ones',
            figures: columnOf(tta.evaluation, tta.calibration),
          },
        ]
      : []),
  ]
}

function columnOf(
  { ece, logLoss, brier, reliability }: Evaluation,
  calibration: CalibrationFigures | undefined,
): Column['figures'] {
  if (calibration) return { ...calibration, equalMassEce: calibration.equalMass.ece }
  return { ece, logLoss, brier, reliability, equalMassEce: Number.NaN }
}

function figureTable(columns: readonly Column[]): Html {
  const row = (what: string, value: (figures: Column['figures']) => string, meaning: string) => ({
    cells: [what, ...columns.map(({ figures }) => value(figures)), meaning],
  })
  const known = columns.some(({ figures }) => figures.interval !== undefined)
  return table(
    'Errors of the probabilities',
    [
      { title: 'Measure' },
      ...columns.map(({ title, hint }) => ({ title, numeric: true, ...(hint ? { hint } : {}) })),
      { title: 'Meaning' },
    ],
    [
      row('Calibration error', seen => share(seen.ece), 'gap between stated and true share; 0 is best'),
      ...(known
        ? [
            row('95 % interval', seen => range(seen.interval), 'of that error'),
            row(
              'Noise floor',
              seen => range(seen.floor && floorRange(seen.floor)),
              'what luck makes of perfect probabilities, 9 times in 10',
            ),
            row(
              'With equal bins',
              seen => share(seen.equalMassEce),
              'the same error, bins of as many photos each',
            ),
          ]
        : []),
      row('Log loss', seen => loss(seen.logLoss), 'surprise at the truth; 0 is best'),
      row('Brier score', seen => share(seen.brier), 'squared error; 0 is best'),
    ],
  )
}
