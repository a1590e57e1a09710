import { argumentError } from '../../core/index.js'
import { type Interval, type Rows, ratio, wilson } from '../metrics.js'
import { brier, checkProbabilities, logLoss, type ReliabilityBin, reliability } from '../scores.js'
import { type Binned, eceOf, equalMassBins, equalWidthBins } from './bins.js'
import { eceInterval, type NoiseFloor, noiseFloor } from './chance.js'
import { tempered } from './temperature.js'

/** A calibration error, what it may truly be, and what luck alone makes of none. */
export interface EceFigure {
  /** Expected calibration error: the gap between stated and true share of right answers, averaged over photos; 0 to 1. */
  readonly ece: number
  /** 95 %, see `eceInterval`. */
  readonly interval: Interval
  /** Errors of a perfectly calibrated model of the same confidences, see `noiseFloor`. */
  readonly floor: NoiseFloor
}

/** What probabilities cost, and how far they are from what they say. */
export interface ProbabilityFigures {
  /** With ten bins of equal width. */
  readonly ece: number
  /** With bins of equal mass. */
  readonly equalMassEce: number
  readonly logLoss: number
  readonly brier: number
  /** Bins of equal width. */
  readonly reliability: readonly ReliabilityBin[]
}

/** Whether probabilities can be believed. Plain JSON. */
export interface CalibrationFigures extends EceFigure {
  readonly count: number
  /** The same with bins that hold as many photos each. */
  readonly equalMass: EceFigure & { readonly reliability: readonly ReliabilityBin[] }
  readonly logLoss: number
  readonly brier: number
  /** Bins of equal width. */
  readonly reliability: readonly ReliabilityBin[]
  /** What logits were divided by; 1 where no temperature was found. */
  readonly temperature: number
  /** The same photos without the temperature; null where it is 1. */
  readonly before: ProbabilityFigures | null
}

/**
 * Measures the probabilities [photo][class] of at least one photo.
 *
 * @param temperature - what their logits were divided by, which is undone for `before`
 */
export function calibrationFigures(
  truth: readonly number[],
  rows: Rows,
  temperature: number = 1,
): CalibrationFigures {
  if (truth.length === 0) throw argumentError('truth', 'the classes of at least one photo', truth)
  checkProbabilities(truth, rows, rows[0].length)
  const mass = equalMassBins(truth, rows)
  const now = probabilityFigures(truth, rows)
  return {
    count: truth.length,
    ...figureOf(equalWidthBins(truth, rows)),
    equalMass: { ...figureOf(mass), reliability: massReliability(mass) },
    logLoss: now.logLoss,
    brier: now.brier,
    reliability: now.reliability,
    temperature,
    before: temperature === 1 ? null : probabilityFigures(truth, tempered(rows, 1 / temperature)),
  }
}

function figureOf(binned: Binned): EceFigure {
  return { ece: eceOf(binned), interval: eceInterval(binned), floor: noiseFloor(binned) }
}

function probabilityFigures(truth: readonly number[], rows: Rows): ProbabilityFigures {
  return {
    ece: eceOf(equalWidthBins(truth, rows)),
    equalMassEce: eceOf(equalMassBins(truth, rows)),
    logLoss: logLoss(truth, rows) ?? 0,
    brier: brier(truth, rows) ?? 0,
    reliability: reliability(truth, rows),
  }
}

/** Each bin from its least to its greatest confidence. */
function massReliability(binned: Binned): ReliabilityBin[] {
  const { confidence, right, bin, bins } = binned
  const sums = Array.from({ length: bins }, () => ({ count: 0, right: 0, confidence: 0 }))
  const ranges = Array.from({ length: bins }, (): [number, number] => [1, 0])
  for (const [i, b] of bin.entries()) {
    sums[b].count++
    sums[b].right += right[i]
    sums[b].confidence += confidence[i]
    ranges[b][0] = Math.min(ranges[b][0], confidence[i])
    ranges[b][1] = Math.max(ranges[b][1], confidence[i])
  }
  return sums.map((sum, b) => ({
    low: ranges[b][0],
    high: ranges[b][1],
    count: sum.count,
    confidence: ratio(sum.confidence, sum.count),
    accuracy: ratio(sum.right, sum.count),
    interval: wilson(sum.right, sum.count),
  }))
}
