import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { beside, inFile, inPage, ratePlot, shortRate } from '../../charts/index.js'
import { evaluatePredictions } from '../../evaluate/index.js'
import type { StageFacts } from '../input.js'
import { accuracyChart, hasCurve, lossChart } from './learning.js'
import { confusionChart, reliabilityChart } from './quality.js'

const points = Array.from({ length: 60 }, (_, i) => {
  const rate = 1e-5 * 10 ** (i / 10)
  return { rate, loss: 1 / (1 + i), smoothed: 1 / (1 + i) }
})

function stage(name: string, ...accuracies: (number | null)[]): StageFacts {
  const epochs = accuracies.map(accuracy => ({ trainLoss: 0.5, validLoss: null, accuracy }))
  return { name, seconds: 1, accuracy: accuracies.at(-1) ?? null, epochs }
}

/** Draws the file with an XML parser that is stricter than a browser's, and tells its size and how many colours it has. */
async function drawn(svg: string) {
  const { data, info } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const colours = new Set<number>()
  for (let i = 0; i < data.length; i += info.channels)
    colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2])
  return { width: info.width, height: info.height, colours }
}

const hostile = ['<script>alert(1)</script>', '"><b x="\u0001 & \u202e']
const evaluation = evaluatePredictions({
  labels: hostile,
  truth: [0, 0, 1, 1],
  probabilities: [
    [0.9, 0.1],
    [0.2, 0.8],
    [0.3, 0.7],
    [0.1, 0.9],
  ],
})

describe('ratePlot', () => {
  it('is a file of its own with the curve and the suggestion', async () => {
    const svg = ratePlot(points, 0.0123)
    expect(svg).toContain('suggested 0.012')
    expect(svg).toContain('aria-label="Loss over learning rate; the suggestion is 0.012"')
    expect(svg).not.toContain('var(')
    const { colours, width } = await drawn(svg)
    expect(width).toBe(480)
    expect(colours.has(0x1f5fa6)).toBe(true)
  })

  it('does without a suggestion, without points and with losses that are not finite', async () => {
    expect(ratePlot(points)).not.toContain('suggested')
    const wild = [...points, { rate: 20, loss: Number.NaN, smoothed: Number.NaN }]
    for (const svg of [ratePlot([]), ratePlot(wild), ratePlot(points.slice(0, 1))]) {
      expect(svg).not.toContain('NaN')
      await drawn(svg)
    }
  })

  it('writes rates as people type them', () => {
    expect([0.0123, 0.01, 1, 3.21e-5, 1e-4].map(shortRate)).toEqual(['0.012', '0.01', '1', '3.2e-5', '1e-4'])
  })
})

describe('learning curves', () => {
  const stages = [stage('head', 0.8, 0.9), stage('solved'), stage('all', 0.92, null, 0.95)]

  it('put the stages one after the other and name those that have epochs', () => {
    const svg = accuracyChart(stages, inPage)
    expect(svg.match(/stage \d/g)).toEqual(['stage 1', 'stage 3'])
    expect(svg.match(/<circle/g)).toHaveLength(4)
    expect(svg).toContain('var(--valid)')
  })

  it('draw no curve without two epochs, and none for a figure that is never known', () => {
    expect(hasCurve([stage('solved'), stage('one', 0.9)])).toBe(false)
    expect(hasCurve(stages)).toBe(true)
    expect(lossChart(stages, inFile).match(/<circle/g)).toHaveLength(5)
  })

  it('stand side by side in one file', async () => {
    const { width, height } = await drawn(
      beside([lossChart(stages, inFile), accuracyChart(stages, inFile)], 480, 300),
    )
    expect([width, height]).toEqual([960, 300])
  })

  it('survive hundreds of epochs', async () => {
    await drawn(lossChart([stage('long', ...new Array<number>(300).fill(0.9))], inFile))
  })
})

describe('quality charts', () => {
  it('escape labels, so that strict readers accept them and nothing runs', async () => {
    const svg = confusionChart(evaluation, inFile)
    expect(svg).not.toContain('<script')
    expect(svg).not.toContain('<b ')
    await drawn(svg)
    await drawn(reliabilityChart(evaluation, inFile))
  })

  it('keep classes apart whose labels look alike', () => {
    const labels = ['a\u0007', 'a␇', 'other']
    const three = evaluatePredictions({
      labels,
      truth: [0, 1, 2],
      probabilities: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    })
    expect(confusionChart(three, inFile).match(/>1<\/text>/g)).toHaveLength(3)
  })
})
