import { beside, CHART_HEIGHT, CHART_WIDTH, inFile, ratePlot } from '../charts/index.js'
import { accuracyChart, hasCurve, lossChart } from './charts/learning.js'
import { confusionChart } from './charts/quality.js'
import type { ReportInput } from './input.js'
import { MATRIX_CLASSES } from './mistakes.js'

/** A picture of the report as a file of its own. */
export interface Figure {
  /** File name, such as `confusion.svg`. */
  readonly name: string
  readonly svg: string
}

/** The report's main pictures as SVG files, light, with their own background. */
export function figures(input: ReportInput): Figure[] {
  const { stages, rates, evaluation } = input
  return [
    ...(hasCurve(stages)
      ? [
          {
            name: 'learning-curves.svg',
            svg: beside(
              [lossChart(stages, inFile), accuracyChart(stages, inFile)],
              CHART_WIDTH,
              CHART_HEIGHT,
            ),
          },
        ]
      : []),
    ...(rates ? [{ name: 'rate-finder.svg', svg: ratePlot(rates.points, rates.suggestion) }] : []),
    ...(evaluation.labels.length <= MATRIX_CLASSES
      ? [{ name: 'confusion.svg', svg: confusionChart(evaluation, inFile) }]
      : []),
  ]
}
