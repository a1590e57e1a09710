// Whether probabilities can be believed: what `train` and `evaluate` say of it, and what other runtimes get.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateResult } from '../src/actions/evaluate.js'
import type { TrainResult } from '../src/actions/train.js'
import { logLoss, softmaxRows } from '../src/evaluate/index.js'
import { decode, renderView } from '../src/images/index.js'
import { readModelFile } from '../src/onnx/index.js'
import { type ModelMetadata, parseModelMetadata } from '../src/run/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const env = { CHIQUITO_CACHE: at('cache') }
const quick = ['--fine-tune', 'never', '--size', '64', '--threads', '1']

let trained: TrainResult
let told = ''
let metadata: ModelMetadata

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('train/ball', 'ball', 12)),
      ...(await drawings('train/wave', 'wave', 12)),
      // In the wrong folders, so that certainty would be a mistake.
      ...(await drawings('train/ball/more', 'wave', 3, { from: 60 })),
      ...(await drawings('train/wave/more', 'ball', 3, { from: 60 })),
      ...(await drawings('valid/ball', 'ball', 10, { from: 20 })),
      ...(await drawings('valid/wave', 'wave', 9, { from: 20 })),
      ...(await drawings('valid/wave/more', 'ball', 1, { from: 70 })),
    },
    at('data'),
  )
  const run = await chiquito(['train', at('data'), '--out', at('run'), ...quick], { env })
  expect(run.status, run.stderr).toBe(0)
  told = run.stdout
  trained = JSON.parse(readFileSync(at('run', 'metrics.json'), 'utf8'))
  const { metadata: entries } = await readModelFile(at('run', 'model.onnx'))
  metadata = parseModelMetadata(entries, 'model.onnx')
})

describe('calibration', () => {
  it('is in metrics.json: both errors, their intervals and floors, before and after', () => {
    const { calibration, evaluation } = trained
    expect(calibration).toMatchObject({
      count: 20,
      ece: expect.closeTo(evaluation.ece, 12),
      logLoss: evaluation.logLoss,
      brier: evaluation.brier,
      reliability: evaluation.reliability,
      temperature: metadata.temperature,
    })
    for (const { ece, interval, floor } of [calibration, calibration.equalMass]) {
      expect(interval[0]).toBeLessThanOrEqual(ece)
      expect(interval[1]).toBeGreaterThan(interval[0])
      expect(floor.low).toBeLessThan(floor.median)
      expect(floor.median).toBeLessThan(floor.high)
    }
    // Of so few photos none may ask for a temperature; then there is nothing before it.
    expect(calibration.before === null).toBe(calibration.temperature === 1)
    if (calibration.before) expect(calibration.before.reliability).toHaveLength(10)
    expect(trained.tta?.calibration).toMatchObject({ count: 20, before: null })
  })

  it('is the same in the model, which says what its temperature was found on', () => {
    const { calibration } = trained
    const { ece, interval, floor, logLoss, brier } = calibration
    expect(metadata.calibration).toMatchObject({
      fittedOn: 'the training photos, each judged by heads that had not learnt from it',
      measuredOn: 20,
      ece,
      interval,
      floor,
      logLoss,
      brier,
      equalMass: { ece: calibration.equalMass.ece },
      before: calibration.before && { ece: calibration.before.ece, logLoss: calibration.before.logLoss },
    })
    const drawn = metadata.calibration?.reliability ?? []
    expect(drawn.reduce((sum, { count }) => sum + count, 0)).toBe(20)
  })

  it('is the same again by evaluate, and with --tta', async () => {
    const again = documentOf<EvaluateResult>(await chiquito(['evaluate', at('run'), '--tta', '4', '--json']))
    const { calibration, tta } = trained
    const near = (value: number | undefined) => expect.closeTo(value ?? Number.NaN, 3)
    expect(again.calibration).toMatchObject({
      count: 20,
      temperature: calibration.temperature,
      ece: near(calibration.ece),
      interval: calibration.interval.map(near),
      before: calibration.before && { logLoss: near(calibration.before.logLoss) },
    })
    expect(again.tta?.calibration).toMatchObject({ ece: near(tta?.calibration.ece), before: null })
  })

  it('is in the graph: any runtime gives the probabilities after, and from its logits those before', async () => {
    const session = await InferenceSession.create(at('run', 'model.onnx'))
    const again = documentOf<EvaluateResult>(await chiquito(['evaluate', at('run'), '--json']))
    const truth: number[] = []
    const after: number[][] = []
    const logits: number[][] = []
    const { view, labels } = metadata
    for (const { path: name, truth: label } of again.predictions) {
      const bytes = readFileSync(at('data', name))
      const pixels = renderView(await decode(bytes, { name, shortSide: view.size }), view)
      const answers = await session.run({
        pixels: new Tensor('uint8', pixels, [1, view.size, view.size, 3]),
      })
      truth.push(labels.indexOf(label))
      after.push(Array.from(answers.probabilities.data, Number))
      logits.push(Array.from(answers.logits.data, Number))
    }
    const { calibration } = trained
    expect(logLoss(truth, after)).toBeCloseTo(calibration.logLoss, 4)
    const before = softmaxRows(logits, 1 / calibration.temperature)
    expect(logLoss(truth, before)).toBeCloseTo((calibration.before ?? calibration).logLoss, 4)
  })

  it('is told in the terminal and in the report', async () => {
    const sentence =
      /Probabilities are off by \d\.\d{3} on average \(95 % interval \d\.\d\d to \d\.\d\d\); perfect ones would seem off by \d\.\d\d to \d\.\d\d on 20 photos by luck alone.*\nLog loss [\d.]+( \([\d.]+ without the temperature\))?, Brier score \d\.\d{3}\./
    expect(told).toMatch(sentence)
    expect((await chiquito(['evaluate', at('run')])).stdout).toMatch(sentence)
    const page = readFileSync(at('run', 'report.html'), 'utf8')
    for (const words of [
      'Noise floor',
      'With equal bins',
      'the training photos, each judged by heads that had not learnt from it',
    ])
      expect(page).toContain(words)
  })
})
