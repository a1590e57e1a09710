import { describe, expect, it } from 'vitest'
import { sampleReport } from '../../test/support/report-sample.js'
import { evaluatePredictions } from '../evaluate/index.js'
import { summaryText } from './summary.js'
import { displayWidth } from './text.js'

const two = await sampleReport({ labels: ['chiquito', 'not'], perClass: 50, strength: 4.5 })

describe('summaryText', () => {
  it('says first what so few photos may come to', () => {
    const labels = ['cat', 'dog']
    const truth = Array.from({ length: 50 }, (_, i) => i % 2)
    const probabilities = truth.map((label, i) => (label === 0 || i === 1 ? [0.9, 0.1] : [0.1, 0.9]))
    const evaluation = evaluatePredictions({ labels, truth, probabilities })
    const text = summaryText({
      ...two,
      evaluation,
      data: { ...two.data, leaks: [], hints: [], unreadable: [] },
    })
    expect(text).toMatch(
      /\n\n! 98 % of 50 validation photos: it may be 90 %\. More photos .*evaluate --folds 5/,
    )
    expect(summaryText(two)).not.toContain('it may be')
  })

  it('is compact and aligned', () => {
    expect(summaryText(two)).toMatchInlineSnapshot(`
      "98 of 100 validation photos right (95 % interval 0.93 to 0.99)
      Judged by the mean of the plain photo and 4 augmented views: 98 of 100 right (0.93 to 0.99).
      Always answering “chiquito” would get 50 of 100.

      ! 2 validation photos are exact copies of training photos (valid/chiquito/1. chiquito.jpg and valid/chiquito/3. chiquito.jpg); without them 97 of 98 right (0.94 to 1.00).
      ! Every photo of “not” is 250 × 250 pixels and no other photo is: size alone tells the classes apart.
      ! 1 photo could not be used: not an image: it begins like a web page: train/chiquito/226. pic.asp.

        stage            epochs  train loss  valid loss  accuracy  95 % interval   time
        head                  2       0.410       0.330     0.910              –  1.4 s
        head, augmented       4       0.270       0.210     0.950              –  3.2 s

        class     photos  recall  95 % interval  precision     F1    AUC
        chiquito      50   0.980   0.90 to 1.00      0.980  0.980  0.996
        not           50   0.980   0.90 to 1.00      0.980  0.980  0.996

        true \\ taken for  chiquito  not
        chiquito                49    1
        not                      1   49

      Probabilities are off by 0.036 on average (95 % interval 0.00 to 0.07); perfect ones would seem off by 0.02 to 0.06 on 100 photos by luck alone.
      Log loss 0.0877 (0.0811 without the temperature), Brier score 0.023.
      "
    `)
  })

  it('stays short with a thousand classes', async () => {
    const labels = Array.from({ length: 1000 }, (_, k) => `class ${k}`)
    const lines = summaryText(await sampleReport({ labels, perClass: 2, strength: 3 })).split('\n')
    expect(lines.length).toBeLessThan(50)
    expect(lines).toContainEqual(expect.stringContaining('recognised worst'))
    expect(lines).toContain('  … and 988 more classes, all of them in the report')
    expect(lines).toContainEqual(expect.stringContaining('commonest mistakes'))
  })

  it('lists the commonest mistakes where a matrix would not fit', async () => {
    const labels = ['cat', 'dog', 'horse', 'cow', 'sheep', 'bear', 'bird', '熊猫']
    const text = summaryText(await sampleReport({ labels, perClass: 10, strength: 2 }))
    expect(text).toContain('commonest mistakes')
    for (const line of text.split('\n').filter(line => line.startsWith('  ')))
      expect(displayWidth(line)).toBeLessThanOrEqual(100)
  })

  it('names some of many copies', async () => {
    const sample = await sampleReport({ labels: ['cat', 'dog'], perClass: 10, strength: 2 })
    const leaks = Array.from({ length: 5 }, (_, i) => ({
      train: `train/cat/${i}.jpg`,
      valid: `valid/cat/${i}.jpg`,
    }))
    expect(summaryText({ ...sample, data: { ...sample.data, leaks } })).toContain(
      '5 validation photos are exact copies of training photos (valid/cat/0.jpg, valid/cat/1.jpg, valid/cat/2.jpg and 2 more)',
    )
  })

  it('gives a terminal nothing to obey', async () => {
    const labels = ['red\u001b[31m', 'bell\u0007\nnew line']
    const sample = await sampleReport({ labels, perClass: 5, strength: 3 })
    const text = summaryText({ ...sample, data: { ...sample.data, hints: ['\u001b]0;title\u0007'] } })
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text).toContain('red␛[31m')
  })
})
