// Agreement with scikit-learn and scipy, on values made by scripts/fixtures/evaluate.py.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { calibrationFigures, fitTemperature, softmaxRows, tempered } from './calibration/index.js'
import { comparePredictions } from './compare.js'
import { evaluatePredictions } from './evaluation.js'
import { logLoss } from './scores.js'

const known = z.number().nullable()
const pair = z.tuple([z.number(), z.number()])

const schema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      truth: z.array(z.number()),
      logits: z.array(z.array(z.number())),
      probabilities: z.array(z.array(z.number())),
      accuracy: z.number(),
      interval: pair,
      confusion: z.array(z.array(z.number())),
      precision: z.array(known),
      recall: z.array(known),
      recallInterval: z.array(pair.nullable()),
      f1: z.array(known),
      support: z.array(z.number()),
      macro: z.array(known),
      aucs: z.array(known),
      auc: known,
      logLoss: z.number(),
      brier: z.number(),
      brierOfScikit: z.number(),
      ece: z.number(),
      equalMassEce: z.number(),
      noiseFloor: z.tuple([z.number(), z.number(), z.number()]),
      temperature: z.number(),
      temperatureWithoutPrior: z.number(),
      temperatureOfPlatt: z.number(),
    }),
  ),
  mcnemar: z.array(z.tuple([z.number(), z.number(), z.number()])),
})

const oracle = schema.parse(
  JSON.parse(readFileSync(new URL('./fixtures/metrics.fixture.json', import.meta.url), 'utf8')),
)

const DIGITS = 9

function close(got: readonly (number | null)[], expected: readonly (number | null)[]) {
  expect(got.map(v => v === null)).toEqual(expected.map(v => v === null))
  got.forEach((value, i) => {
    if (value !== null) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, DIGITS)
  })
}

/** Truth all 0, `b` photos that only the first gets right, `c` that only the second does. */
function disagreements(b: number, c: number) {
  const truth = new Array<number>(b + c).fill(0)
  return comparePredictions(
    truth,
    truth.map((_, i) => (i < b ? 0 : 1)),
    truth.map((_, i) => (i < b ? 1 : 0)),
  )
}

describe('evaluatePredictions', () => {
  it.each(oracle.cases)('agrees with scikit-learn: $name', expected => {
    const labels = expected.confusion.map((_, k) => `class ${k}`)
    const got = evaluatePredictions({ labels, truth: expected.truth, probabilities: expected.probabilities })
    expect(got.confusion).toEqual(expected.confusion)
    expect(got.perClass.map(c => c.support)).toEqual(expected.support)
    close([got.accuracy, ...got.interval], [expected.accuracy, ...expected.interval])
    for (const name of ['precision', 'recall', 'f1'] as const)
      close(
        got.perClass.map(c => c[name]),
        expected[name],
      )
    got.perClass.forEach((c, k) => {
      close(c.recallInterval ?? [null, null], expected.recallInterval[k] ?? [null, null])
    })
    close([got.macro.precision, got.macro.recall, got.macro.f1], expected.macro)
    close(
      got.perClass.map(c => c.auc),
      expected.aucs,
    )
    close(
      [got.auc, got.logLoss, got.brier, got.brier, got.ece],
      [expected.auc, expected.logLoss, expected.brier, expected.brierOfScikit, expected.ece],
    )
  })
})

describe('calibrationFigures', () => {
  it.each(oracle.cases)('agrees with numpy and scikit-learn: $name', expected => {
    const { truth, probabilities, noiseFloor } = expected
    const got = calibrationFigures(truth, probabilities, 2)
    close(
      [got.ece, got.equalMass.ece, got.logLoss, got.brier],
      [expected.ece, expected.equalMassEce, expected.logLoss, expected.brierOfScikit],
    )
    // Both are simulations: a thousand draws are within a few thousandths of twenty thousand.
    for (const [i, share] of [got.floor.low, got.floor.median, got.floor.high].entries())
      expect(Math.abs(share - noiseFloor[i])).toBeLessThan(0.008)
    expect(got.before).toMatchObject({
      logLoss: expect.closeTo(logLoss(truth, tempered(probabilities, 0.5)) ?? Number.NaN, 9),
    })
  })
})

describe('comparePredictions', () => {
  it.each(oracle.mcnemar)('agrees with the exact binomial test for %i against %i', (b, c, p) => {
    const got = disagreements(b, c)
    expect(got).toMatchObject({ onlyFirstRight: b, onlySecondRight: c, bothRight: 0, bothWrong: 0 })
    if (p > 1e-300) expect(got.pValue / p).toBeCloseTo(1, 9)
    else expect(got.pValue).toBeLessThan(1e-290)
  })
})

describe('fitTemperature', () => {
  it.each(oracle.cases)(
    'agrees with scipy: $name',
    async ({ truth, logits, temperature, temperatureWithoutPrior, temperatureOfPlatt }) => {
      expect((await fitTemperature(truth, logits)).temperature).toBeCloseTo(temperature, 5)
      const plain = await fitTemperature(truth, logits, { spread: Number.POSITIVE_INFINITY })
      expect(plain.temperature).toBeCloseTo(temperatureWithoutPrior, 5)
      const platt = await fitTemperature(truth, logits, { spread: Number.POSITIVE_INFINITY, imaginary: 1 })
      expect(platt.temperature).toBeCloseTo(temperatureOfPlatt, 5)
      expect(plain.logLossBefore).toBeCloseTo(logLoss(truth, softmaxRows(logits)) ?? Number.NaN, 9)
      expect(plain.logLossAfter).toBeCloseTo(
        logLoss(truth, softmaxRows(logits, plain.temperature)) ?? Number.NaN,
        9,
      )
      expect(plain.logLossAfter).toBeLessThanOrEqual(plain.logLossBefore)
    },
  )
})
